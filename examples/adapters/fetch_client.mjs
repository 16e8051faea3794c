// A small client around plain `fetch`, as an application might have it: retries with full jitter,
// Retry-After, a timeout per silence, streaming in both framings. It knows nothing of any harness.

import { setTimeout as sleep } from "node:timers/promises";

export const LIMITS = { max_attempts: 3, backoff_base_s: 0.2, backoff_cap_s: 5, timeout_s: 30 };
export const RETRY_AFTER_CAP_S = 60;
const TRANSIENT = new Set([429, 500, 502, 503, 504]);
const KINDS = new Map([
  [401, "auth"], [402, "budget_exhausted"], [403, "permission"], [404, "not_found"],
  [413, "too_large"], [429, "rate_limited"],
]);

export class Failure extends Error {
  constructor(kind, message, facts = {}) {
    super(message);
    Object.assign(this, { kind, facts });
  }
}

// One call: what has been delivered of it, and the ways to end it early.
export class Call {
  text = "";
  cancelled = false;
  #controller = new AbortController();
  constructor(emit) {
    this.emit = emit;
  }
  deliver(piece) {
    this.text += piece;
    this.emit(piece);
  }
  cancel() {
    this.cancelled = true;
    this.#controller.abort();
  }
  attempt() {
    if (!this.cancelled) this.#controller = new AbortController();
    return this.signal;
  }
  get signal() {
    return this.#controller.signal;
  }
  async within(seconds, promise) {
    const timer = setTimeout(() => this.#controller.abort(), seconds * 1000);
    try {
      return await promise;
    } catch (error) {
      if (this.signal.aborted && !this.cancelled) throw new Failure("timeout", `${seconds} s of silence`);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

export class FetchClient {
  constructor(settings) {
    if (!settings.api_key) throw new Failure("config", "an API key is needed");
    this.settings = { ...LIMITS, ...settings };
  }

  chat(request, call) {
    const body = { model: this.settings.model, ...request };
    return this.#retried("/chat/request", body, call, request.stream ? readStream : readChat);
  }

  embed({ sentences, model = "pawa-embeddings-v1-20241001" }, call) {
    return this.#retried("/vectors/embedding", { model, lang: "multi", sentences }, call, readVectors);
  }

  async #retried(path, body, call, read) {
    const { max_attempts, backoff_base_s, backoff_cap_s } = this.settings;
    for (let attempts = 1; ; attempts++) {
      try {
        return { ...(await this.#once(path, JSON.stringify(body), call, read)), attempts };
      } catch (error) {
        const failure = asFailure(error, call);
        const hint = failure.facts.retry_after_s ?? 0;
        const helps = failure.transient && !call.text && hint <= RETRY_AFTER_CAP_S;
        if (!helps || attempts >= max_attempts) throw Object.assign(failure, { attempts });
        const longest = Math.min(backoff_cap_s, backoff_base_s * 2 ** (attempts - 1));
        const pause = hint || Math.random() * longest;
        await sleep(pause * 1000, null, { signal: call.signal }).catch(() => {});
      }
    }
  }

  async #once(path, body, call, read) {
    const { base_url, api_key, timeout_s } = this.settings;
    const headers = { authorization: `Bearer ${api_key}`, "content-type": "application/json" };
    const request = { method: "POST", headers, body, signal: call.attempt() };
    const response = await call.within(timeout_s, fetch(base_url + path, request));
    if (!response.ok) throw await refusal(response);
    return read(response, call, timeout_s);
  }
}

async function refusal(response) {
  const { status, headers } = response;
  const { message, code } = await response.json().catch(() => ({}));
  const hint = headers.get("retry-after") ?? "";
  const facts = { status, code, request_id: headers.get("x-request-id") };
  if (/^\d{1,9}$/.test(hint)) facts.retry_after_s = Number(hint);
  const kind = KINDS.get(status) ?? (status < 500 ? "invalid_request" : "server_error");
  return Object.assign(new Failure(kind, message ?? `HTTP ${status}`, facts), { transient: TRANSIENT.has(status) });
}

function asFailure(error, call) {
  if (call.cancelled) return new Failure("cancelled", "cancelled by the caller");
  if (error instanceof SyntaxError) return new Failure("bad_response", error.message);
  const failure = error instanceof TypeError ? new Failure("connection", error.cause?.message ?? error.message) : error;
  failure.transient ??= ["connection", "timeout"].includes(failure.kind);
  return failure;
}

async function readData(response, call, seconds) {
  const { success, message, data } = await call.within(seconds, response.json());
  if (!success) throw new Failure("bad_response", message ?? "an answer without success");
  return data;
}

async function readChat(response, call, seconds) {
  const { request, model, usage } = await readData(response, call, seconds);
  return { text: request[0].message.content, finish_reason: request[0].finish_reason, model, usage };
}

async function readVectors(response, call, seconds) {
  return { vectors: (await readData(response, call, seconds)).embeddings };
}

async function readStream(response, call, seconds) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "", finish_reason = null; ; ) {
    const { done, value = "" } = await call.within(seconds, reader.read());
    const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
    rest = done ? "" : lines.pop();
    for (const line of lines.filter((text) => text && !text.startsWith(":"))) {
      const event = line.replace(/^data: ?/, "");
      if (event === "[DONE]") return reader.cancel(), { text: call.text, finish_reason };
      const { success, message, data } = JSON.parse(event);
      if (!success) throw new Failure("server_error", message);
      finish_reason = data.finish_reason ?? finish_reason;
      if (data.message.content) call.deliver(data.message.content);
    }
    if (done && finish_reason) return { text: call.text, finish_reason };
    if (done) throw new Failure("stream_interrupted", "the stream ended before it was whole");
  }
}
