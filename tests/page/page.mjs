// The page of --html in a real browser, without a network: node page.mjs CHROMIUM DEMO.html HOSTILE.html [PICTURE.png]
import { statSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { open } from "./browser.mjs";

const [program, demo, hostile, picture] = process.argv.slice(2);
let failed = 0;
function ok(condition, text) {
  if (condition) return;
  failed++;
  console.log("not ok: " + text);
}
const browser = await open(program);
const drawn = `[...document.querySelectorAll("canvas")].filter((c) => {
  if (!c.width || !c.height) return false;
  const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  for (let i = 3; i < d.length; i += 4) if (d[i]) return true;
  return false;
}).length`;
const depth = `[...document.querySelectorAll("#depth canvas")].map((c) => c.toDataURL()).join("")`;

async function whole(name, path) {
  await browser.load(resolve(path));
  ok(await browser.value("document.documentElement.dataset.ready") === "yes", `${name}: the script came to its end`);
  ok(browser.complaints.length === 0, `${name}: complaints: ${browser.complaints.join(" | ")}`);
  ok(browser.requests.length === 0, `${name}: requests: ${browser.requests.join(" ")}`);
}

for (const [look, width, height, dark] of [["desktop", 1280, 800, false], ["dark", 1280, 800, true], ["phone", 360, 740, false]]) {
  await browser.screen(width, height, dark);
  await whole(look, demo);
  ok(await browser.value(drawn) >= 8, `${look}: ${await browser.value(drawn)} canvases with something on them`);
  ok(await browser.value("document.querySelectorAll('.chart').length") >= 3, `${look}: charts`);
  ok(await browser.value("document.documentElement.scrollWidth <= innerWidth && document.body.scrollWidth <= innerWidth"), `${look}: scrolls to the side`);
  const shade = await browser.value("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] * 1");
  ok(dark ? shade < 60 : shade > 200, `${look}: background ${shade}`);
}

// A click on another row draws other books; so does the keyboard.
await browser.screen(1280, 800, false);
await whole("click", demo);
const before = await browser.value(depth);
const rows = await browser.value("document.querySelectorAll('tr.can').length");
ok(rows >= 2 && before.length > 1000, "opportunities with books");
const at = await browser.value(`(() => { const r = [...document.querySelectorAll('tr.can')].find((x) => x.getAttribute('aria-selected') !== 'true');
  r.scrollIntoView({ block: 'center' }); const b = r.getBoundingClientRect(); return [b.left + 30, b.top + b.height / 2, r.cells[1].textContent]; })()`);
await browser.click(at[0], at[1]);
ok(await browser.value(depth) !== before, "a click draws the depth of that moment");
ok((await browser.value("document.querySelector('.told').textContent")).startsWith(at[2] + " at "), "and names it");
ok(await browser.value("document.querySelectorAll('tr[aria-selected=true]').length") === 1, "one row is chosen");

// Sorting: by numbers, there and back.
const sorted = await browser.value(`(() => {
  const table = document.querySelector('.scroll table'), column = [...table.tHead.rows[0].cells].findIndex((c) => c.textContent === 'net');
  const read = () => [...table.tBodies[0].rows].map((r) => parseFloat(r.cells[column].textContent));
  const button = table.tHead.rows[0].cells[column].querySelector('button');
  button.click();
  const down = read();
  button.click();
  const up = read();
  return down.every((x, i) => !i || x <= down[i - 1]) && up.every((x, i) => !i || x >= up[i - 1]) && down.length > 1;
})()`);
ok(sorted, "a table is sorted by a click on its head");
const hidden = await browser.value(`(() => { const b = document.querySelector('.legend button'); b.click(); return b.getAttribute('aria-pressed'); })()`);
ok(hidden === "false", "a line can be left out");
if (picture) {
  await browser.screen(960, 800, false);
  await whole("picture", demo);
  await browser.value("document.querySelectorAll('section')[1].remove()");        // one chart of two is enough
  await browser.shot(picture, 1010, 0.8);
}

await whole("hostile", hostile);
ok(await browser.value("document.title") !== "broken" && await browser.value("document.querySelectorAll('img, script').length") === 3, "a text became more than text");
const text = await browser.value("document.body.innerText");
for (const part of ["</script><script>document.title='broken'</script>", "<img src=x onerror=\"document.title='broken'\">", "<!--", "&lt;b&gt;", "a\u2028b\u2029c"])
  ok(text.includes(part), `shown as text: ${part}`);
ok(text.includes("of 20,0"), "it says how much is not shown");
ok(await browser.value("document.documentElement.scrollWidth <= innerWidth"), "hostile: scrolls to the side");
await browser.screen(360, 740, true);
await whole("hostile on a phone", hostile);
ok(await browser.value("document.documentElement.scrollWidth <= innerWidth"), "hostile on a phone: scrolls to the side");
ok(statSync(hostile).size < 4e6, `the page has ${statSync(hostile).size} bytes`);
ok(!/\u2028|\u2029/.test(readFileSync(hostile, "utf8")), "line separators are escaped");
await browser.close();
process.exit(failed ? 1 : 0);
