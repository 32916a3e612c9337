// Starts the system's Chromium for a check: fresh profile, no traffic of its
// own, and every complaint of the page collected.
import { chromium } from "playwright-core";

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--no-proxy-server", // of the environment: all that it visits is on this machine
];

// launch starts the browser. CHROMIUM names another one than Debian's.
export function launch(args = []) {
  return chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: [...quiet, ...args] });
}

// openPage returns a page and what ends the browser. Errors in the console,
// uncaught exceptions, failed requests and Content-Security-Policy violations
// are appended to problems.
export async function openPage(problems, options = {}) {
  const browser = await launch(options.args);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options.context });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000); // what a busy machine takes
  page.on("console", (message) => {
    if (message.type() === "error") {
      problems.push(message.text());
    }
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  return { page, context, close: () => browser.close() };
}

// required returns an environment variable that a check cannot do without.
export function required(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`set ${name}`);
  }
  return value;
}
