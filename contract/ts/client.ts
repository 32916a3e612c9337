// Proof of the contract: a client typed from openapi.yaml alone works against
// a running program. It lists the types, then creates, reads, lists, changes
// and deletes one Telegram account. Every member that is touched here is typed, so
// that a contract that says less than the server does not compile.
//
// BASE_URL  where the program listens, such as http://127.0.0.1:8080
// TOKEN     a token with the scopes accounts:read, accounts:write and
//           credentials:read
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";

import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
type TelegramAccount = Schemas["TelegramAccount"];

const client = createClient<paths>({
  baseUrl: required("BASE_URL"),
  headers: { Authorization: `Bearer ${required("TOKEN")}` },
  // As the contract describes the filters label.KEY.
  querySerializer: { object: { style: "form", explode: true } },
});

// Has the form of a bot token and is none.
const secret = `123456789:${randomUUID().replaceAll("-", "")}`;

await listTypes();
const created = await create();
try {
  await readTwice(created);
  await list(created);
  await change(created);
  await reveal(created);
} finally {
  await remove(created.id);
}
console.log("ok");

async function listTypes(): Promise<void> {
  const { data, error } = await client.GET("/api/v1/integration-types");
  assert.equal(error, undefined);
  const types: string[] = data.items.map((item) => item.type);
  assert.ok(types.includes("telegram"), "the catalogue has telegram");
  assert.ok(types.includes("zendesk"), "the catalogue has zendesk");
}

async function create(): Promise<TelegramAccount> {
  const { data, error, response } = await client.POST("/api/v1/integration-accounts", {
    params: { header: { "Idempotency-Key": randomUUID() } },
    body: {
      type: "telegram",
      name: `Typed client ${randomUUID()}`,
      labels: { env: "prod" },
      properties: { token: secret, botUsername: "acme_support_bot" },
    },
  });
  assert.equal(error, undefined);
  assert.equal(response.status, 201);
  assert.ok(response.headers.get("ETag"), "a new account has an entity tag");
  const account = telegram(data);
  assert.equal(account.version, 1);
  assert.equal(account.properties.botUsername, "acme_support_bot");
  assert.equal(account.secrets["/token"]?.set, true);
  assert.ok(!JSON.stringify(data).includes(secret), "no answer holds the secret");
  // @ts-expect-error and no type of an answer has it
  assert.equal(account.properties.token, undefined);
  return account;
}

async function readTwice(account: TelegramAccount): Promise<void> {
  const path = { id: account.id };
  const first = await client.GET("/api/v1/integration-accounts/{id}", { params: { path } });
  assert.equal(first.error, undefined);
  assert.equal(telegram(first.data).name, account.name);

  const tag = first.response.headers.get("ETag");
  assert.ok(tag);
  const second = await client.GET("/api/v1/integration-accounts/{id}", {
    params: { path, header: { "If-None-Match": tag } },
  });
  assert.equal(second.response.status, 304);
}

async function list(account: TelegramAccount): Promise<void> {
  const ids = async (label: string): Promise<string[]> => {
    const { data, error } = await client.GET("/api/v1/integration-accounts", {
      params: { query: { type: ["telegram", "zendesk"], labels: { "label.env": label }, sort: "-name", pageSize: 10 } },
    });
    assert.equal(error, undefined);
    return data.items.map((item) => item.id);
  };
  assert.deepEqual(await ids("prod"), [account.id]);
  assert.deepEqual(await ids("test"), []);
}

// Only here the secret comes back, and only this type has it.
async function reveal(account: TelegramAccount): Promise<void> {
  const { data, error } = await client.GET("/api/v1/integration-accounts/{id}/credentials", {
    params: { path: { id: account.id } },
  });
  assert.equal(error, undefined);
  assert.ok(data.type === "telegram");
  assert.ok(data.properties.token === secret, "the runtime gets the secret");
}

async function change(account: TelegramAccount): Promise<void> {
  const path = { id: account.id };
  const patched = await client.PATCH("/api/v1/integration-accounts/{id}", {
    params: { path, header: { "If-Match": `"${account.etag}"` } },
    headers: { "Content-Type": "application/merge-patch+json" },
    body: { description: "changed", labels: { env: "test" } },
  });
  assert.equal(patched.error, undefined);
  const changed = telegram(patched.data);
  assert.equal(changed.description, "changed");
  assert.equal(changed.version, account.version + 1);
  assert.equal(changed.secrets["/token"]?.set, true);

  const stale = await client.PATCH("/api/v1/integration-accounts/{id}", {
    params: { path, header: { "If-Match": `"${account.etag}"` } },
    headers: { "Content-Type": "application/merge-patch+json" },
    body: { description: "lost update" },
  });
  assert.equal(stale.response.status, 412);
  assert.equal(stale.error?.status, 412);
  assert.ok(stale.error.code.length > 0);
}

async function remove(id: string): Promise<void> {
  const path = { id };
  const current = await client.GET("/api/v1/integration-accounts/{id}", { params: { path } });
  const tag = current.response.headers.get("ETag");
  assert.ok(tag);
  const deleted = await client.DELETE("/api/v1/integration-accounts/{id}", {
    params: { path, header: { "If-Match": tag } },
  });
  assert.equal(deleted.response.status, 204);
  const gone = await client.GET("/api/v1/integration-accounts/{id}", { params: { path } });
  assert.equal(gone.response.status, 404);
}

// telegram narrows what a change answers, the account or a report, and then the
// union of all accounts by its discriminator.
function telegram(account: Schemas["AccountOrReport"] | undefined): TelegramAccount {
  assert.ok(account && "type" in account);
  if (account.type !== "telegram") {
    throw new assert.AssertionError({ message: `got an account of type ${account.type}` });
  }
  return account;
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`set ${name}`);
  }
  return value;
}
