/** What the API refuses with, and what a page says of it. */

export type ErrorDetails = Readonly<Record<string, unknown>>;

/** An answer that is not the one asked for: the API's own words, or what kept them from coming. */
export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: ErrorDetails = {},
    readonly requestId: string | null = null,
    /** Seconds to wait, where the API says so. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** Whether asking again may help without anybody changing anything. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** The API's words for single fields, by the name the field has in a request. */
  get fields(): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const [name, text] of Object.entries(this.details)) {
      if (typeof text === "string") found[name] = text;
    }
    return found;
  }
}

interface Envelope {
  error?: { code?: unknown; message?: unknown; details?: unknown };
  meta?: { requestId?: unknown };
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** Read an answer that is no success; one that is not the API's own is named for what it is. */
export function errorOf(response: Response, body: unknown): ApiError {
  const given = (typeof body === "object" && body !== null ? body : {}) as Envelope;
  const code = text(given.error?.code) ?? "NO_API";
  const message = text(given.error?.message) ?? `The answer (${String(response.status)}) is none of the API's.`;
  const details = given.error?.details;
  const seconds = Number(response.headers.get("Retry-After") ?? "");
  return new ApiError(
    response.status,
    code,
    message,
    typeof details === "object" && details !== null ? (details as ErrorDetails) : {},
    text(given.meta?.requestId) ?? response.headers.get("X-Request-Id"),
    Number.isFinite(seconds) && seconds > 0 ? seconds : null,
  );
}

/** An error of the network, or of an answer that cannot be read. */
export function unreachable(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  const why = cause instanceof SyntaxError ? "The answer cannot be read." : "The API cannot be reached.";
  return new ApiError(0, cause instanceof SyntaxError ? "GARBAGE" : "UNREACHABLE", why);
}
