/** How pages read: what is kept, when it is asked again, and how lists are paged. */

import { keepPreviousData, QueryClient, useInfiniteQuery, useQuery, type Query, type QueryKey } from "@tanstack/react-query";

import type { Answered } from "./client";
import { ApiError } from "./errors";

const MOST_TRIES = 2;

/** One for the program: reads are kept 30 s, and what passes by itself is tried three times. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: true,
      retry: (tries, error) => tries < MOST_TRIES && error instanceof ApiError && error.passing && error.status !== 429,
      retryDelay: (tries) => Math.min(8_000, 500 * 2 ** tries) * (0.5 + Math.random() / 2),
    },
  },
});

/**
 * Have all below a key read anew.
 *
 * A first read that is under way is begun again: it may have been answered before what made it old, and the library
 * lets such a read stand.
 */
export async function readAnew(key: QueryKey, from: QueryClient = queries): Promise<void> {
  const isFirst = (query: Query): boolean => query.state.data === undefined && query.state.fetchStatus === "fetching";
  await from.cancelQueries({ queryKey: key, predicate: isFirst });
  await from.invalidateQueries({ queryKey: key });
}

/** One answer of the API by its key; `forGood`: it holds as long as the page is open; `keep`: the one before stays until another comes. */
export function useAnswer<D, T>(key: QueryKey, read: () => Promise<Answered<D, T>>, options: { enabled?: boolean; every?: number; forGood?: boolean; keep?: boolean } = {}) {
  return useQuery<D, ApiError>({
    queryKey: key,
    queryFn: async () => (await read()).data,
    enabled: options.enabled ?? true,
    refetchInterval: options.every ?? false,
    ...(options.forGood === true ? { staleTime: Infinity } : {}),
    ...(options.keep === true ? { placeholderData: keepPreviousData } : {}),
  });
}

export interface PageMeta {
  pagination: { nextCursor: string | null };
}

/** An answer that is a page of a list; whatever else came is refused here, before the library looks into it. */
function listed<D, T extends PageMeta | undefined>(given: Answered<D[], T>): Answered<D[], T> {
  const { data, meta } = given as { data: unknown; meta: { pagination?: { nextCursor?: unknown } } | undefined };
  const cursor = meta?.pagination?.nextCursor;
  if (Array.isArray(data) && (meta?.pagination === undefined ? meta === undefined : cursor === null || typeof cursor === "string")) return given;
  throw new ApiError(200, "GARBAGE", "The answer is no page of a list.");
}

/** A list that is read page by page; `rows` are all that were read. */
export function useList<D, T extends PageMeta | undefined>(key: QueryKey, read: (cursor: string | undefined) => Promise<Answered<D[], T>>) {
  const list = useInfiniteQuery<Answered<D[], T>, ApiError, { pages: Answered<D[], T>[] }, QueryKey, string | undefined>({
    queryKey: key,
    initialPageParam: undefined,
    queryFn: async ({ pageParam }) => listed(await read(pageParam)),
    getNextPageParam: (last) => last.meta?.pagination.nextCursor ?? undefined,
  });
  return { ...list, rows: list.data?.pages.flatMap((page) => page.data) ?? [] };
}
