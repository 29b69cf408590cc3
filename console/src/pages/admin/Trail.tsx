/** What anybody changed: of one user, or of a day. */

import { useState } from "react";
import { useForm } from "react-hook-form";

import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Name } from "@/ui/Name";
import { Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { At } from "@/ui/Time";

import { Staffed } from "./Proof";
import { useTrail, type Entry, type OfTrail } from "./reading";

const TONES: Readonly<Record<Entry["outcome"], Tone>> = { done: "good", refused: "warn", failed: "bad", unknown: "warn" };
const today = (): string => new Date().toISOString().slice(0, 10);

interface Fields {
  userId: string;
  day: string;
  action: string;
}

const wishOf = (given: Fields): OfTrail => ({
  action: given.action.trim(),
  ...(given.userId.trim() === "" ? { day: given.day } : { userId: given.userId.trim() }),
});

/** Who did it: an operator's name, or the kind with the id that the trail knows him by. */
const by = ({ actor }: Entry): string => (actor.kind === "user" || actor.kind === "key" ? `${actor.kind} ${actor.id.slice(0, 8)}` : actor.id);

export function Trail() {
  const [wish, setWish] = useState<OfTrail>(() => ({ day: today() }));
  const form = useForm<Fields>({ defaultValues: { userId: "", day: today(), action: "" } });
  const entries = useTrail(wish);
  const submit = form.handleSubmit((fields) => setWish(wishOf(fields)));
  const refused = entries.error?.fields ?? {};
  return (
    <Panel title={t("admin.trail")}>
      <form onSubmit={(event) => void submit(event)} role="search" className="mb-3 grid items-end gap-3 sm:grid-cols-[2fr_1fr_2fr_auto]">
        <TextField label={t("admin.trailUser")} error={refused["userId"]} {...form.register("userId")} />
        <TextField label={t("admin.trailDay")} type="date" error={refused["day"]} {...form.register("day")} />
        <TextField label={t("audit.action")} maxLength={64} error={refused["action"]} {...form.register("action")} />
        <Button type="submit">{t("admin.find")}</Button>
      </form>
      <Staffed of={entries}>
        {() => (
          <Table
            caption={t("admin.trail")}
            rows={entries.rows}
            id={(row) => row.id}
            empty={t("admin.noTrail")}
            more={entries.hasNextPage ? entries.fetchNextPage : undefined}
            loadingMore={entries.isFetchingNextPage}
            columns={[
              { title: t("audit.time"), cell: (row) => <At at={row.time} /> },
              { title: t("audit.by"), cell: (row) => <Name of={by(row)} /> },
              { title: t("audit.what"), cell: (row) => <code className="text-sm wrap-break-word">{row.action}</code> },
              { title: t("admin.targets"), cell: (row) => <code className="text-sm break-all">{row.targets.join(" ") || "–"}</code> },
              {
                title: t("audit.outcome"),
                cell: (row) => <Badge tone={TONES[row.outcome]}>{`${t(`audit.outcome.${row.outcome}`)}${row.code === null ? "" : ` ${row.code}`}`}</Badge>,
              },
              { title: t("admin.reason"), cell: (row) => <Name of={typeof row.changes["reason"] === "string" ? row.changes["reason"] : "–"} /> },
            ]}
          />
        )}
      </Staffed>
    </Panel>
  );
}
