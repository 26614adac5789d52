-- expect: exit 5, stderr "kraken: NetworkError: no answer"
error({ class = "NetworkError", message = "no answer", venue = "kraken" })
