/** Take a table of the portfolio away as a file. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { ApiError } from "@/api/errors";
import { useJob } from "@/api/jobs";
import { count } from "@/money/format";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { SelectField } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { exported, startExport, type Form, type Table } from "./reading";

const TABLES: readonly Table[] = ["holdings", "positions", "history", "flows", "performance"];
const FORMS: readonly Form[] = ["csv", "json"];

interface Wish {
  what: Table;
  format: Form;
}

/** The link holds for minutes: it is asked for when it is used. */
function Ready({ id, rows }: { id: string; rows: number | null }) {
  const open = useMutation<undefined, ApiError>({
    mutationFn: async () => {
      const { url } = (await exported(id)).data;
      if (url !== null) window.location.assign(url);
      return undefined;
    },
  });
  return (
    <>
      {open.error !== null && <Refusal error={open.error} />}
      <p role="status" className="flex flex-wrap items-center gap-3">
        {t("export.ready", { rows: count(rows) })}
        <Button kind="primary" busy={open.isPending} onClick={() => open.mutate()}>
          {t("export.download")}
        </Button>
      </p>
    </>
  );
}

export function Exports() {
  const [wish, setWish] = useState<Wish>({ what: "holdings", format: "csv" });
  const [id, setId] = useState<string | null>(null);
  const start = useMutation<Awaited<ReturnType<typeof startExport>>, ApiError, Wish>({
    mutationFn: ({ what, format }) => startExport(what, format),
    onSuccess: ({ data }) => setId(data.id),
  });
  const job = useJob(id);
  const { status, result } = job.data ?? { status: undefined, result: null };
  const change = (part: Partial<Wish>): void => {
    setWish({ ...wish, ...part });
    setId(null);
  };
  const rows = typeof result?.["rows"] === "number" ? result["rows"] : null;
  return (
    <Panel title={t("export.title")}>
      <form
        className="mb-3 grid items-start gap-3 sm:grid-cols-[2fr_1fr_auto]"
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate(wish);
        }}
      >
        <SelectField
          label={t("export.what")}
          value={wish.what}
          onChange={(event) => change({ what: event.target.value as Table })}
          options={TABLES.map((value) => ({ value, text: t(`export.what.${value}`) }))}
        />
        <SelectField
          label={t("export.form")}
          value={wish.format}
          onChange={(event) => change({ format: event.target.value as Form })}
          options={FORMS.map((value) => ({ value, text: value.toUpperCase() }))}
        />
        <Button type="submit" className="sm:mt-7" busy={start.isPending || (id !== null && status !== "done" && status !== "failed")}>
          {t("export.make")}
        </Button>
      </form>
      {start.error !== null && <Refusal error={start.error} />}
      {job.error !== null && <Refusal error={job.error} again={job.refetch} />}
      {id !== null && status === "failed" && (
        <p role="alert" className="rounded-lg bg-bad-soft p-3 text-bad">
          {job.data?.error?.message ?? t("error.other")}
        </p>
      )}
      {id !== null && status === "done" && <Ready id={id} rows={rows} />}
    </Panel>
  );
}
