/** Put what the API says of single fields beside the fields of a form. */

import type { FieldValues, Path, UseFormSetError } from "react-hook-form";

import type { ApiError } from "@/api/errors";

/** Mark the fields that an error names; returns what belongs to none of them. */
export function markFields<F extends FieldValues>(error: ApiError, names: readonly Path<F>[], setError: UseFormSetError<F>): Readonly<Record<string, string>> {
  const rest: Record<string, string> = {};
  let first = true;
  for (const [name, message] of Object.entries(error.fields)) {
    const field = names.find((one) => one === name || name.startsWith(`${one}.`));
    if (field === undefined) rest[name] = message;
    else {
      setError(field, { message }, { shouldFocus: first });
      first = false;
    }
  }
  return rest;
}
