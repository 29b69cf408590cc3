/** The rules: switch, test, delete. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";
import { Table } from "@/ui/Table";

import { EditRule } from "./EditRule";
import { removeRule, switchRule, useRules, type Rule } from "./reading";
import { TrialOf } from "./TrialOf";

const shown = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value));

function When({ of }: { of: Rule }) {
  return (
    <ul>
      {of.conditions.map((one, place) => (
        <li key={`${one.field}-${String(place)}`}>
          {one.field.replaceAll("_", " ")} {t(`alerts.op.${one.operator as "gt"}`)} <Name of={shown(one.value)} />
        </li>
      ))}
      {of.warnings.map((warning) => (
        <li key={warning} className="text-sm text-warn">
          <Name of={warning} />
        </li>
      ))}
    </ul>
  );
}

export function Rules() {
  const rules = useRules();
  const [leaving, setLeaving] = useState<Rule | null>(null);
  const [editing, setEditing] = useState<Rule | null>(null);
  const [trying, setTrying] = useState<Rule | null>(null);
  const anew = (): void => void readAnew(["alerts"]);
  const toggle = useMutation<unknown, ApiError, Rule>({ mutationFn: switchRule, onSettled: anew });
  const remove = useMutation<unknown, ApiError, string>({
    mutationFn: removeRule,
    onSuccess: () => {
      setLeaving(null);
      anew();
    },
  });
  return (
    <Panel title={t("alerts.rules")}>
      {toggle.error !== null && <Refusal error={toggle.error} />}
      <Answer of={rules}>
        {() => (
          <Table
            caption={t("alerts.rules")}
            rows={rules.rows}
            id={(row) => row.id}
            empty={t("alerts.noRules")}
            more={rules.hasNextPage ? rules.fetchNextPage : undefined}
            loadingMore={rules.isFetchingNextPage}
            columns={[
              { title: t("alerts.rule"), cell: (row) => <Name of={row.name} /> },
              { title: t("alerts.type"), cell: (row) => t(`alerts.type.${row.type}`) },
              { title: t("alerts.when"), cell: (row) => <When of={row} /> },
              {
                title: t("alerts.state"),
                cell: (row) => <Badge tone={row.enabled ? "good" : "plain"}>{t(row.enabled ? "alerts.on" : "alerts.off")}</Badge>,
              },
              {
                title: "",
                cell: (row) => (
                  <span className="flex flex-wrap gap-2">
                    <Button busy={toggle.isPending && toggle.variables.id === row.id} onClick={() => toggle.mutate(row)}>
                      {t(row.enabled ? "alerts.switchOff" : "alerts.switchOn")}
                    </Button>
                    <Button onClick={() => setTrying(row)}>{t("alerts.try")}</Button>
                    <Button onClick={() => setEditing(row)}>{t("alerts.edit")}</Button>
                    <Button kind="danger" onClick={() => setLeaving(row)}>
                      {t("alerts.remove")}
                    </Button>
                  </span>
                ),
              },
            ]}
          />
        )}
      </Answer>
      {editing !== null && <EditRule rule={editing} close={() => setEditing(null)} />}
      {trying !== null && <TrialOf rule={trying} close={() => setTrying(null)} />}
      <Dialog
        title={t("alerts.remove")}
        open={leaving !== null}
        close={() => setLeaving(null)}
        answer={{ text: t("alerts.remove"), danger: true, busy: remove.isPending, act: () => leaving !== null && remove.mutate(leaving.id) }}
      >
        {leaving !== null && <p>{t("alerts.removeSure", { name: safeName(leaving.name) })}</p>}
        {remove.error !== null && <Refusal error={remove.error} />}
      </Dialog>
    </Panel>
  );
}
