#!/bin/sh
# The page of --html: sh run.sh BOURSE SOURCE [PICTURE.png]. What a file system can refuse, then what a browser makes of it. 77: not run, said why.
bourse=$(realpath "$1") source=$2 picture=${3:-}
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$tmp" || exit 1

cat >one.lua <<'LUA'
report { pair = "A/B", net = 0.5 }
LUA
if "$bourse" run one.lua --html one.html >out 2>err; then
  [ -s one.html ] || fail "no page"
else
  grep -q "built without the library" err || { cat err; fail "no page, and why was not said"; exit 1; }
  [ ! -s out ] || fail "it ran all the same"
  echo "not run: the charts are not in this program (./dev charts)"
  [ "$failed" = 0 ] && exit 77
  exit 1
fi
[ "$(find . -name '*.new')" = '' ] || fail "something was left beside the page"
"$bourse" run one.lua --html one.html >out 2>err || fail "a page was not written over another"
for bad in none/page.html . /proc/page.html ''; do
  if "$bourse" run one.lua --html "$bad" >out 2>err; then fail "'$bad' was taken"; fi
  { [ ! -s out ] && grep -q -e '--html: cannot write' err; } || { cat err; fail "'$bad' was not refused before the run"; }
done
BOURSE_KRAKEN_APIKEY=THE-KEY BOURSE_KRAKEN_SECRET=VEhFLVNFQ1JFVA== "$bourse" run one.lua --html keys.html >out 2>err
if grep -q 'THE-KEY\|VEhFLVNFQ1JFVA' keys.html; then fail "a key is on the page"; fi

"$bourse" run "$source/tests/page/hostile.lua" --cpu 60s --html hostile.html --quiet >out 2>err || { cat err; fail "the hostile script"; }
"$bourse" demo --for 12s --html demo.html --quiet >out 2>err || { cat err; fail "the demo"; }
[ "$failed" = 0 ] || exit 1

# One that runs: Ubuntu's package is a name only, for a snap that may not be there.
found=
for browser in chromium chromium-browser google-chrome; do
  if "$browser" --version >/dev/null 2>&1 </dev/null; then found=$browser; break; fi
done
if [ -z "$found" ] || ! command -v node >/dev/null; then
  echo "not run: a chromium that runs, and nodejs, are needed"
  exit 77
fi
timeout 120 node "$here/page.mjs" "$browser" demo.html hostile.html ${picture:+"$picture"} || failed=1
exit $failed
