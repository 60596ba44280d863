/** Calls to the API as the person who is signed in. */
const BASE = "/api/v10";
/** Discord's code for "this channel is in slow mode": the person should hear of it, not wait. */
const SLOWMODE = 20016;
const PATIENCE_S = 10;
let token = null;

/** What the API refused, in words a person can read. `code` is Discord's own error code. */
export class ApiError extends Error {
  constructor(status, body) {
    super(sentence(body) || `The server answered ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.code = body?.code ?? 0;
    this.errors = body?.errors ?? null;
  }
}

/** Discord's error tree as one line: the message, then the first field and what is wrong with it. */
function sentence(body) {
  if (!body?.message) return "";
  const detail = firstDetail(body.errors, []);
  const text = detail ? `${detail.path ? `${detail.path}: ` : ""}${detail.message}` : body.message;
  return body.code ? `${text} (${body.code})` : text;
}

function firstDetail(node, path) {
  if (!node || typeof node !== "object") return null;
  if (Array.isArray(node._errors) && node._errors.length)
    return { path: path.join("."), message: node._errors[0].message };
  for (const [key, value] of Object.entries(node)) {
    const found = firstDetail(value, [...path, key]);
    if (found) return found;
  }
  return null;
}

/** The token every later call carries. */
export function useToken(value) {
  token = value;
}

/**
 * Sends one request and returns the parsed body (null for 204). `files` is a list of File, sent as
 * `files[n]` beside `payload_json`. A 429 is waited for and retried; other refusals raise ApiError.
 */
export async function request(method, path, { body, files, query } = {}) {
  const url = BASE + path + (query ? `?${new URLSearchParams(query)}` : "");
  for (let attempt = 0; ; attempt += 1) {
    const response = await send(method, url, body, files);
    const data = parse(await response.text());
    if (response.status === 429 && attempt < 3 && data?.code !== SLOWMODE && (data?.retry_after ?? 1) < PATIENCE_S) {
      await new Promise((resolve) => {
        setTimeout(resolve, (data?.retry_after ?? 1) * 1000);
      });
      continue;
    }
    if (!response.ok) throw new ApiError(response.status, data);
    return data;
  }
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

async function send(method, url, body, files) {
  // The language a person reads: apps answer interactions in it, as Discord's own client has them do.
  const headers = { "X-Discord-Locale": navigator.language, ...(token && { Authorization: token }) };
  let payload;
  if (files?.length) {
    payload = new FormData();
    payload.append("payload_json", JSON.stringify(body ?? {}));
    files.forEach((file, n) => payload.append(`files[${n}]`, file, file.name));
  } else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    payload = JSON.stringify(body);
  }
  try {
    return await fetch(url, { method, headers, body: payload });
  } catch {
    throw new ApiError(0, { message: "The server cannot be reached. Your message was kept." });
  }
}

export const get = (path, query) => request("GET", path, { query });
export const post = (path, body, files) => request("POST", path, { body: body ?? {}, files });
export const patch = (path, body) => request("PATCH", path, { body });
export const put = (path, body) => request("PUT", path, { body });
export const del = (path) => request("DELETE", path);

/** Everyone a browser may be in this world: `[{id, username, global_name, avatar, token, role}]`. */
export async function people() {
  const response = await fetch("/sandbox/people");
  if (!response.ok) throw new ApiError(response.status, null);
  return response.json();
}
