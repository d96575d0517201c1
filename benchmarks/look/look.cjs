// Opens pages in a real browser: axe-core's findings, requests to anywhere else, screenshots at
// three widths, and print. Fails on any finding, request or sideways scroll.
//
//     npm install && node look.cjs OUT PAGE [PAGE ...]
//
// CHROMIUM names the browser; the usual place on Debian is tried first.
const fs = require("fs");
const path = require("path");
const puppeteer = require("puppeteer-core");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const WIDTHS = [360, 768, 1440];

async function lookAt(browser, file, out) {
  const page = await browser.newPage();
  await page.setBypassCSP(true); // the page lets nothing run, and axe-core must
  const address = "file://" + path.resolve(file);
  const name = path.basename(file, ".html");
  const asked = new Set();
  page.on("request", (request) => asked.add(request.url()));
  let wrong = 0;
  for (const width of WIDTHS) {
    await page.setViewport({ width, height: 900 });
    await page.goto(address);
    await page.evaluate(AXE);
    const found = await page.evaluate(
      (rules) => axe.run(document, { runOnly: rules }), RULES);
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth);
    const unsure = found.incomplete.map((rule) => `${rule.id} ${rule.nodes.length}`).join(", ");
    console.log(`${name} at ${width} px: ${found.violations.length} violations, ` +
      `${found.passes.length} rules passed, undecided: ${unsure || "none"}, ` +
      `sideways scroll ${sideways} px`);
    for (const rule of found.violations)
      console.log(`  ${rule.id} (${rule.impact}): ${rule.help}\n    ` +
        rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join("\n    "));
    wrong += found.violations.length + (sideways > 0 ? 1 : 0);
    await page.screenshot({ path: path.join(out, `${name}-${width}.png`) });
  }
  await page.pdf({ path: path.join(out, `${name}.pdf`), format: "A4", tagged: true });
  await page.emulateMediaType("print");
  await page.setViewport({ width: 794, height: 1123 });
  await page.screenshot({ path: path.join(out, `${name}-print.png`) });
  asked.delete(address);
  console.log(`${name}: ${fs.statSync(file).size} bytes, outside addresses asked: ${asked.size}`);
  return wrong + asked.size;
}

(async () => {
  const [out, ...files] = process.argv.slice(2);
  fs.mkdirSync(out, { recursive: true });
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    headless: true,
    args: ["--no-sandbox"],
  });
  let wrong = 0;
  for (const file of files) wrong += await lookAt(browser, file, out);
  await browser.close();
  process.exit(wrong ? 1 : 0);
})();
