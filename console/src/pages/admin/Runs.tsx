/** Runs that the clock starts, started by hand. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { ApiError } from "@/api/errors";
import { useJob } from "@/api/jobs";
import { t, type TextKey } from "@/texts";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { Panel } from "@/ui/Panel";

import { Refused } from "./Proof";
import { aggregate, monitor } from "./reading";

type Run = "aggregate" | "monitor";
type Started = Awaited<ReturnType<typeof monitor>>;

function Seen({ id }: { id: string }) {
  const job = useJob(id);
  return (
    <p role="status" className="mt-2">
      {t("admin.run", { id: id.slice(0, 8), status: job.data?.status ?? "…" })}
    </p>
  );
}

function One({ run, text }: { run: Run; text: TextKey }) {
  const [asking, setAsking] = useState(false);
  const [day, setDay] = useState("");
  const start = useMutation<Started, ApiError>({
    mutationFn: () => (run === "monitor" ? monitor() : aggregate(day === "" ? null : day)),
    onSuccess: () => setAsking(false),
  });
  const id = start.data?.data.id;
  return (
    <div>
      <Button onClick={() => setAsking(true)}>{t(text)}</Button>
      {id !== undefined && <Seen id={id} />}
      <Dialog title={t(text)} open={asking} close={() => setAsking(false)} answer={{ text: t("admin.start"), busy: start.isPending, act: () => start.mutate() }}>
        <p className="mb-3">{t(`admin.${run}Means`)}</p>
        {run === "aggregate" && (
          <TextField label={t("admin.day")} type="date" value={day} onChange={(event) => setDay(event.target.value)} error={start.error?.fields["date"]} />
        )}
        {start.error !== null && start.error.fields["date"] === undefined && <Refused error={start.error} />}
      </Dialog>
    </div>
  );
}

export function Runs() {
  return (
    <Panel title={t("admin.runs")}>
      <div className="flex flex-wrap gap-4">
        <One run="aggregate" text="admin.aggregate" />
        <One run="monitor" text="admin.monitor" />
      </div>
    </Panel>
  );
}
