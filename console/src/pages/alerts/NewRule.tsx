/** A new rule, of what the catalogue has. */

import { useState } from "react";

import type { Schema } from "@/api/client";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Answer, Panel } from "@/ui/Panel";

import { addRule, useCatalogue } from "./reading";
import { RuleForm } from "./RuleForm";
import { bodyOf, emptyOf } from "./rule_fields";

export function NewRule() {
  const catalogue = useCatalogue();
  const [made, setMade] = useState<Schema["KeptRuleView"] | null>(null);
  return (
    <Panel title={t("alerts.new")}>
      {made !== null && (
        <div role="status" className="mb-3 rounded-lg bg-good-soft p-3">
          <p>{t("alerts.made", { name: safeName(made.name) })}</p>
          {made.signingSecret !== null && (
            <p>
              {t("alerts.secret")} <code className="break-all">{made.signingSecret}</code>
            </p>
          )}
        </div>
      )}
      <Answer of={catalogue}>
        {(of) => (
          <RuleForm
            catalogue={of}
            first={emptyOf(of)}
            isNew
            send={(given) => addRule(bodyOf(given))}
            done={({ data }) => setMade(data)}
            text={t("alerts.make")}
          />
        )}
      </Answer>
    </Panel>
  );
}
