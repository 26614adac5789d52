-- Vectors that an adapter does not follow, because the exchange's documentation says otherwise. Each with its reason.
return {
}
