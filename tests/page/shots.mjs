// Pictures of a page: node shots.mjs CHROMIUM PAGE PREFIX
import { resolve } from "node:path";
import { open } from "./browser.mjs";
const [program, page, prefix] = process.argv.slice(2);
const browser = await open(program);
for (const [name, width, height, dark] of [["desktop", 1280, 800, false], ["dark", 1280, 800, true], ["phone", 390, 844, false]]) {
  await browser.screen(width, height, dark);
  await browser.load(resolve(page));
  await browser.shot(`${prefix}${name}.png`);
}
for (const c of browser.complaints) console.log(c);
await browser.close();
