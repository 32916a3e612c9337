// Opens the API reference at BASE_URL as a reader would: waits for the
// operations, executes a read, opens a write with its schema and the list of
// models, and checks that the page forgets a typed token when it is loaded
// again. Prints one JSON line; exits 1 when the browser blocked or reported
// anything on the way.
//
// BASE_URL    where the program listens
// TOKEN       a bearer token to type into "Authorize"
// SCREENSHOT  optional file for a picture of the page
import { openPage, required } from "./browser.mjs";

const base = required("BASE_URL");
const token = required("TOKEN");
const problems = [];
const { page, close } = await openPage(problems);

try {
  await open();
  await authorize();
  await executeRead();
  await openWrite();
  await openModels();
  if (process.env.SCREENSHOT) {
    await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true });
  }
  await checkForgotten();
  const operations = await page.locator(".swagger-ui .opblock").count();
  console.log(JSON.stringify({ operations, problems }));
} finally {
  await close();
}
process.exitCode = problems.length === 0 ? 0 : 1;

async function open() {
  await page.goto(`${base}/docs/`, { waitUntil: "load" });
  await page.locator(".swagger-ui .opblock").first().waitFor();
}

async function authorize() {
  await page.locator("button.authorize").first().click();
  await page.locator(".auth-container input").first().fill(token);
  await page.locator(".auth-container button.authorize").first().click();
  await page.locator(".modal-ux button.btn-done").first().click(); // one for each way to authenticate
}

// executeRead sends the list of types, which needs no parameter.
async function executeRead() {
  const block = page.locator(".opblock-get", { hasText: "/integration-types" }).first();
  await block.locator(".opblock-summary-control").click();
  await block.locator("button.execute").click();
  const status = await block.locator(".live-responses-table .response-col_status").last().innerText();
  if (!status.startsWith("200")) {
    problems.push(`the executed read was answered with ${status}`);
  }
}

async function openWrite() {
  const block = page.locator(".opblock-post", { hasText: "/integration-accounts" }).first();
  await block.locator(".opblock-summary-control").click();
  await block.locator("textarea.body-param__text").waitFor();
  await block.getByText("Schema", { exact: true }).first().click();
}

async function openModels() {
  await page.locator("section.models .models-control").click();
  await page.locator("section.models .json-schema-2020-12-accordion").first().click();
}

async function checkForgotten() {
  await page.reload({ waitUntil: "load" });
  await page.locator(".swagger-ui .opblock").first().waitFor();
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
  if (kept.includes(token) || (await page.locator("button.authorize.locked").count()) > 0) {
    problems.push("the page still held the token after a reload");
  }
}
