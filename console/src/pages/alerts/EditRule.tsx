/** A rule that is there, changed where it stands. */

import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Dialog } from "@/ui/Dialog";
import { Answer } from "@/ui/Panel";

import { changeRule, useCatalogue, type Rule } from "./reading";
import { RuleForm } from "./RuleForm";
import { changeOf, fieldsOfRule } from "./rule_fields";

export function EditRule({ rule, close }: { rule: Rule; close: () => void }) {
  const catalogue = useCatalogue();
  return (
    <Dialog title={t("alerts.editTitle", { name: safeName(rule.name) })} open close={close} wide>
      <Answer of={catalogue}>
        {(of) => (
          <RuleForm
            catalogue={of}
            first={fieldsOfRule(rule)}
            isNew={false}
            send={(given) => changeRule(rule.id, changeOf(given, rule))}
            done={close}
            text={t("form.save")}
          />
        )}
      </Answer>
    </Dialog>
  );
}
