/** What the user agreed to; each may be withdrawn. */

import { useMutation } from "@tanstack/react-query";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { localTime } from "@/money/times";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { consent, useConsents, type Purpose } from "./reading";

const PURPOSES: readonly Purpose[] = ["terms", "privacy", "marketing", "product_news", "analytics"];

export function Consents() {
  const consents = useConsents();
  const change = useMutation<unknown, ApiError, { purpose: Purpose; granted: boolean }>({
    mutationFn: ({ purpose, granted }) => consent(purpose, granted),
    onSettled: () => void readAnew(["account", "consents"]),
  });
  return (
    <Panel title={t("account.consents")}>
      {change.error !== null && <Refusal error={change.error} />}
      <Answer of={consents}>
        {(rows) => (
          <ul className="divide-y divide-line">
            {PURPOSES.map((purpose) => {
              const now = rows.find((row) => row.purpose === purpose && row.withdrawnAt === null);
              return (
                <li key={purpose} className="flex flex-wrap items-center justify-between gap-2 py-2">
                  <span>
                    {t(`account.consent.${purpose}`)}{" "}
                    <span className="text-sm text-muted">
                      {now === undefined ? t("account.notGiven") : t("account.given", { at: localTime(now.grantedAt) })}
                    </span>
                  </span>
                  <Button
                    busy={change.isPending && change.variables.purpose === purpose}
                    onClick={() => change.mutate({ purpose, granted: now === undefined })}
                  >
                    {t(now === undefined ? "account.give" : "account.withdraw")}
                  </Button>
                </li>
              );
            })}
          </ul>
        )}
      </Answer>
    </Panel>
  );
}
