/** Times: how long ago, in the viewer's zone, with UTC in the title. */

import { useEffect, useState } from "react";

import { ago, localTime, utcTime } from "@/money/times";

const TICK_MS = 15_000;

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function Ago({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={`${localTime(at)} · ${utcTime(at)}`}>
      {ago(at, now)}
    </time>
  );
}

export const At = ({ at }: { at: string }) => (
  <time dateTime={at} title={utcTime(at)} className="whitespace-nowrap">
    {localTime(at)}
  </time>
);
