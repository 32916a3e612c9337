// A browser that signs in at an identity provider when a page asks it to. Reads
// visits from its standard input, one JSON object a line, and answers each with
// one line about the page on which it ended.
//
// RESOLVE      rules for Chromium's resolver, such as "MAP idp.test 127.0.0.1:4430"
// SCREENSHOTS  optional folder for a picture of each such page
//
// A visit has the members
//   profile   whose cookies it has; a new name is a browser that was never used
//   open      the address, or:
//   press     a button or link on the page where the profile's last visit ended
//   username, password   what to answer the provider with
//   name      of the picture
import { createInterface } from "node:readline";
import { join } from "node:path";

import { launch, required } from "./browser.mjs";

// How long a page may take to come to rest, on a machine that is busy with other tests.
const patience = 120_000;
const browser = await launch([`--host-resolver-rules=${required("RESOLVE")}`]);
const profiles = new Map();
try {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await visit(JSON.parse(line))));
  }
} finally {
  await browser.close();
}

// profileOf returns the page of a profile and what was noted about it since the
// visit began.
async function profileOf(name) {
  if (!profiles.has(name)) {
    const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, ignoreHTTPSErrors: true });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    const profile = { context, page, hops: [], problems: [] };
    page.on("response", (response) => {
      const request = response.request();
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) {
        profile.hops.push({ method: request.method(), url: response.url(), status: response.status() });
      }
    });
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) {
        profile.problems.push(message.text());
      }
    });
    page.on("pageerror", (error) => profile.problems.push(`uncaught: ${error.message}`));
    profiles.set(name, profile);
  }
  const profile = profiles.get(name);
  profile.hops = [];
  profile.problems = [];
  return profile;
}

async function visit(order) {
  const profile = await profileOf(order.profile);
  const { context, page } = profile;
  let failure = "";
  try {
    let left = "";
    if (order.open) {
      await page.goto(order.open);
    } else {
      left = (await page.evaluate(look)).id;
      await page.getByRole("button", { name: order.press }).or(page.getByRole("link", { name: order.press })).first().click();
    }
    await settle(page, order, left);
  } catch (error) {
    failure = error.message.split("\n")[0];
  }
  if (process.env.SCREENSHOTS && order.name) {
    await page.screenshot({ path: join(process.env.SCREENSHOTS, `${order.name}.png`), fullPage: true });
  }
  return {
    url: page.url(),
    text: failure ? "" : await page.evaluate(() => document.body.innerText),
    cookies: (await context.cookies()).map(({ name, domain, sameSite, httpOnly, secure, path }) =>
      ({ name, domain, sameSite, httpOnly, secure, path })),
    hops: profile.hops,
    problems: profile.problems,
    failure,
  };
}

// settle answers the provider's form once, and returns when a page is there that
// goes no further by itself and is not the one with the id left.
async function settle(page, order, left) {
  let asked = !order.username;
  let before = "";
  for (const end = Date.now() + patience; Date.now() < end; ) {
    const now = await page.evaluate(look).catch(() => null); // null: between two pages
    if (now?.login && !asked) {
      asked = true;
      left = now.id;
      await page.locator("input[name=username]").fill(order.username);
      await page.locator("input[name=password]").fill(order.password);
      await page.locator("input[name=password]").press("Enter");
    } else if (now?.ready && !now.passing && now.id !== left && now.id === before) {
      return;
    }
    before = now?.id ?? "";
    await page.waitForTimeout(60);
  }
  throw new Error(`nothing came to rest; the page is ${page.url().split("?")[0]}`);
}

// look runs in the page.
function look() {
  return {
    id: `${location.href} ${performance.timeOrigin}`,
    ready: document.readyState === "complete",
    login: Boolean(document.querySelector("input[name=password]") && document.querySelector("input[name=AuthState]")),
    passing: Boolean(document.querySelector("input[name=SAMLResponse], input[name=SAMLRequest], meta[http-equiv=refresh]")),
  };
}
