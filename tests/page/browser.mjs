// A headless Chromium, spoken to over its pipe (fd 3 and 4): no library, no port.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function open(program) {
  const profile = mkdtempSync(join(tmpdir(), "bourse-page-"));
  const child = spawn(program, ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
    "--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND", `--user-data-dir=${profile}`, "about:blank"],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], env: { ...process.env, HOME: profile } });
  const waiting = new Map(), listeners = [];
  let id = 0, rest = "", session;
  child.stdio[4].on("data", (bytes) => {
    rest += bytes.toString("utf8");
    for (let end; (end = rest.indexOf("\0")) >= 0; rest = rest.slice(end + 1)) {
      const m = JSON.parse(rest.slice(0, end));
      const w = waiting.get(m.id);
      if (w) {
        waiting.delete(m.id);
        if (m.error) w.reject(new Error(`${w.method}: ${m.error.message}`));
        else w.resolve(m.result);
      } else for (const f of listeners) f(m.method, m.params);
    }
  });
  child.on("exit", () => { for (const w of waiting.values()) w.reject(new Error("the browser ended")); });
  const send = (method, params = {}) => new Promise((resolve, reject) => {
    waiting.set(++id, { resolve, reject, method });
    child.stdio[3].write(JSON.stringify({ id, method, params, sessionId: session }) + "\0");
  });
  const { targetInfos } = await send("Target.getTargets");
  const page = targetInfos.find((t) => t.type === "page");
  session = (await send("Target.attachToTarget", { targetId: page.targetId, flatten: true })).sessionId;
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(domain + ".enable");
  await send("Network.emulateNetworkConditions", { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 });

  const browser = {
    complaints: [], requests: [],
    async screen(width, height, dark) {
      await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
      await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
    },
    async load(path) {
      browser.complaints.length = browser.requests.length = 0;
      const loaded = new Promise((resolve) => listeners.push((method) => { if (method === "Page.loadEventFired") resolve(); }));
      await send("Page.navigate", { url: "file://" + path });
      await loaded;
      await browser.settle();
    },
    settle: () => browser.value("new Promise((f) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => f(1))), 250))"),
    async value(expression) {
      const r = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
      if (r.exceptionDetails) throw new Error(r.exceptionDetails.exception?.description || r.exceptionDetails.text);
      return r.result.value;
    },
    async click(x, y) {
      for (const type of ["mousePressed", "mouseReleased"]) await send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
      await browser.settle();
    },
    async shot(path, whole = true, scale = 1) {
      const { cssContentSize } = await send("Page.getLayoutMetrics");
      const clip = { x: 0, y: 0, width: cssContentSize.width, height: whole === true ? cssContentSize.height : whole, scale };
      const { data } = await send("Page.captureScreenshot", { format: "png", captureBeyondViewport: true, clip });
      writeFileSync(path, Buffer.from(data, "base64"));
    },
    close() {
      child.kill("SIGKILL");
      return new Promise((resolve) => child.on("exit", () => { try { rmSync(profile, { recursive: true, force: true }); } catch {} resolve(); }));
    },
  };
  listeners.push((method, p) => {
    if (method === "Runtime.exceptionThrown") browser.complaints.push(p.exceptionDetails.exception?.description || p.exceptionDetails.text);
    if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(p.type)) browser.complaints.push(p.args.map((a) => a.value ?? a.description).join(" "));
    if (method === "Log.entryAdded" && ["error", "warning"].includes(p.entry.level)) browser.complaints.push(p.entry.text);
    if (method === "Network.requestWillBeSent" && !/^(file|data):/.test(p.request.url)) browser.requests.push(p.request.url);
  });
  return browser;
}
