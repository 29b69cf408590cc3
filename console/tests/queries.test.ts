/** What was told while a page read for the first time is not lost. */

import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it } from "vitest";

import { readAnew } from "@/api/queries";

it("a first read that is older than the news is begun again", async () => {
  const client = new QueryClient();
  const answers: ((what: string) => void)[] = [];
  const observer = new QueryObserver(client, {
    queryKey: ["portfolio", "total"],
    queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
    retry: false,
  });
  const stop = observer.subscribe(() => undefined);
  expect(answers).toHaveLength(1);
  const told = readAnew(["portfolio"], client);
  await expect.poll(() => answers.length).toBe(2);
  answers[0]?.("nothing was read yet");
  answers[1]?.("what there is now");
  await told;
  expect(client.getQueryData(["portfolio", "total"])).toBe("what there is now");
  stop();
});
