/** The lines that an import was refused for, out of the API's words. */

import type { ApiError } from "@/api/errors";

export interface RefusedLine {
  line: number | null;
  /** The column, as the file names it. */
  field: string | null;
  reason: string;
}

type Loose = Readonly<Record<string, unknown>>;
const isLoose = (value: unknown): value is Loose => typeof value === "object" && value !== null;

function lineOf(value: unknown): RefusedLine[] {
  if (!isLoose(value)) return [];
  const { line, field, reason, message } = value;
  const said = typeof reason === "string" ? reason : typeof message === "string" ? message : "";
  return [{ line: typeof line === "number" ? line : null, field: typeof field === "string" ? field : null, reason: said }];
}

/** Of an import that was refused at once: `details.errors` has a line, a column and a reason each. */
export function refusedLines(error: ApiError): RefusedLine[] {
  const listed = error.details["errors"];
  return Array.isArray(listed) ? listed.flatMap(lineOf) : [];
}

/** Of a job that failed: one sentence names the first of them. */
export function linesOfSentence(said: string): RefusedLine[] {
  return [...said.matchAll(/line (\d+): (.*?)(?=; line \d+: |; nothing was imported| \(and \d+ more\)|$)/gs)].map(([, line, reason]) => ({
    line: Number(line),
    field: null,
    reason: reason ?? "",
  }));
}

/** Whether nobody knows the file's columns: what helps is to say which is which. */
export const isUnknownFile = (error: ApiError): boolean => error.details["rule"] === "header" || "map" in error.details;
