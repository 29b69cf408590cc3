/** The public API, typed by its own document; everything a page asks goes through here. */

import createClient, { type MaybeOptionalInit } from "openapi-fetch";

import { ApiError, errorOf, unreachable } from "./errors";
import type { components, paths } from "./schema";

export type Schema = components["schemas"];

type Method = "get" | "post" | "put" | "delete";
type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, infer Operation> ? ([Operation] extends [undefined | never] ? never : P) : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
type Answer<O> = O extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 | 202 ? (R[S] extends { content: { "application/json": infer B } } ? B : never) : never }[keyof R]
  : never;
type Data<B> = B extends { data: infer D } ? D : B;
type Meta<B> = B extends { meta: infer T } ? T : undefined;

export interface Answered<D, T> {
  data: D;
  meta: T;
}

/** Who gives the access token, and a newer one when it is refused. */
export interface Credentials {
  token(): string | null;
  renew(refused: string): Promise<string | null>;
}

const nobody: Credentials = { token: () => null, renew: () => Promise.resolve(null) };
let credentials: Credentials = nobody;

/** Called once, by the session. */
export function setCredentials(given: Credentials): void {
  credentials = given;
}

const TIMEOUT_MS = 30_000;

async function answered(request: Request): Promise<Response> {
  const limit = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return fetch(new Request(request, { signal: limit }));
}

/** Asked without an access token: the refresh token's cookie says whose session it is. */
const WITHOUT = "/v1/auth/refresh";

async function asCaller(request: Request): Promise<Response> {
  const token = credentials.token();
  if (token === null || new URL(request.url).pathname === WITHOUT) return answered(request);
  const again = request.clone();
  request.headers.set("Authorization", `Bearer ${token}`);
  const first = await answered(request);
  if (first.status !== 401) return first;
  const newer = await credentials.renew(token);
  if (newer === null) return first;
  again.headers.set("Authorization", `Bearer ${newer}`);
  return answered(again);
}

const client = createClient<paths>({ baseUrl: "/", fetch: asCaller, credentials: "same-origin" });

async function ask<B>(asked: Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<Answered<Data<B>, Meta<B>>> {
  let got;
  try {
    got = await asked;
  } catch (cause) {
    throw unreachable(cause);
  }
  if (!got.response.ok) throw errorOf(got.response, got.error);
  const body = got.data;
  if (got.response.status === 204) return { data: undefined as Data<B>, meta: undefined as Meta<B> };
  if (typeof body !== "object" || body === null || !("data" in body)) {
    throw new ApiError(got.response.status, "GARBAGE", "The answer is not the API's.");
  }
  const whole = body as { data: Data<B>; meta: Meta<B> };
  return { data: whole.data, meta: whole.meta };
}

type Init<P extends keyof paths, M extends Method> = MaybeOptionalInit<paths[P], M>;
type Rest<P extends keyof paths, M extends Method> = undefined extends Init<P, M> ? [init?: Init<P, M>] : [init: Init<P, M>];
type Call<M extends Method> = <P extends PathsWith<M>>(
  path: P,
  ...init: Rest<P, M>
) => Promise<Answered<Data<Answer<Operation<P, M>>>, Meta<Answer<Operation<P, M>>>>>;

type Loose = (path: unknown, init?: unknown) => Promise<{ data?: unknown; error?: unknown; response: Response }>;
const call = (method: "GET" | "POST" | "PUT" | "DELETE") => (path: unknown, init?: unknown) =>
  ask((client[method] as unknown as Loose)(path, init));

/** `api.get("/v1/portfolio")` resolves to `{data, meta}` or throws an ApiError. */
export const api = {
  get: call("GET") as unknown as Call<"get">,
  post: call("POST") as unknown as Call<"post">,
  put: call("PUT") as unknown as Call<"put">,
  delete: call("DELETE") as unknown as Call<"delete">,
};

/** A key under which a repeated request is the same one. */
export const idempotencyKey = (): string => crypto.randomUUID();
