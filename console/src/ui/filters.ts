/** Filters of lists, which stand in the address: a page that is shared or loaded anew shows the same. */

import { useNavigate, useSearch } from "@tanstack/react-router";

type Search = Readonly<Record<string, unknown>>;

/** The filter of this name and how it is set; empty where it filters nothing. Never for what says who somebody is. */
export function useFilter(name: string): [string, (value: string) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const given = search[name];
  const value = typeof given === "string" || typeof given === "number" ? String(given) : "";
  const set = (next: string): void => {
    const changed = (old: Search): Search => ({ ...old, [name]: next === "" ? undefined : next });
    void navigate({ to: ".", search: changed as never, replace: true });
  };
  return [value, set];
}

/** The value of a filter where it is one of these, else nothing. */
export const oneOf = <V extends string>(values: readonly V[], given: string): V | undefined => values.find((one) => one === given);
