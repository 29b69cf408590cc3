/** A large file on its way: how much of it is sent, how much is read, and what came of it. */

import { useEffect, useRef, useState } from "react";

import { ApiError } from "@/api/errors";
import { useJob } from "@/api/jobs";
import { readAnew } from "@/api/queries";
import { isDecimal, percent } from "@/money/decimal";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Refusal } from "@/ui/Refusal";

import type { Map } from "./mapping";
import { Refused } from "./Refused";
import { linesOfSentence } from "./refused";
import { broughtBy, upload } from "./upload";

interface Props {
  file: File;
  lenient: boolean;
  map: Map | null;
  ended: () => void;
}

function Progress({ share, text }: { share: number; text: string }) {
  return (
    <div className="flex flex-col gap-1">
      <p role="status">{text}</p>
      <progress aria-label={text} max={1} value={share} className="h-2 w-full accent-accent" />
    </div>
  );
}

/** Sends the file once, when it is first shown; its import goes on if this is closed. */
function useSending({ file, lenient, map }: Omit<Props, "ended">) {
  const [share, setShare] = useState(0);
  const [job, setJob] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => {
    const sent = new AbortController();
    stop.current = sent;
    // One turn later: what is shown and taken away at once sends nothing.
    const timer = setTimeout(() => {
      const options = { currency: "USD", fileName: file.name, lenient, ...(map === null ? {} : { map }) };
      upload(file, options, setShare, sent.signal).then(setJob, (cause: unknown) => {
        if (!sent.signal.aborted) setError(cause instanceof ApiError ? cause : new ApiError(0, "UNREACHABLE", String(cause)));
      });
    });
    return () => {
      clearTimeout(timer);
      sent.abort();
    };
  }, [file, lenient, map]);
  return { share, job, error, stop: () => stop.current?.abort() };
}

export function Large({ ended, ...given }: Props) {
  const { share, job, error, stop } = useSending(given);
  const { data } = useJob(job);
  const isDone = data?.status === "done";
  useEffect(() => {
    if (isDone) void readAnew(["tax"]);
  }, [isDone]);
  if (error !== null) return <Refusal error={error} />;
  if (job === null) {
    const percentSent = `${String(Math.round(share * 100))}%`;
    return (
      <>
        <Progress share={share} text={t("tax.sending", { percent: percentSent })} />
        <Button
          onClick={() => {
            stop();
            ended();
          }}
        >
          {t("tax.stop")}
        </Button>
      </>
    );
  }
  if (data?.status === "failed") {
    const said = data.error?.message ?? t("error.other");
    const lines = linesOfSentence(said);
    return (
      <div role="alert" className="flex flex-col gap-2 rounded-lg border border-warn bg-warn-soft p-3">
        <p className="font-medium">{lines.length > 0 ? t("tax.refused") : said.slice(0, 400).split(" ").map(safeName).join(" ")}</p>
        <Refused lines={lines} sheet={null} />
      </div>
    );
  }
  if (isDone) {
    return (
      <p role="status" className="rounded-lg bg-good-soft p-3">
        {t("tax.added", { ...broughtBy(data.result) })}
      </p>
    );
  }
  const read = data !== undefined && isDecimal(data.progress) ? data.progress : "0";
  return <Progress share={Number(read)} text={t("tax.reading", { percent: `${percent(read, 0)}%` })} />;
}
