/** The conditions of a rule, of which all must hold. */

import { useWatch, type UseFieldArrayReturn, type UseFormReturn } from "react-hook-form";

import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/Field";

import { conditionOn, fieldsOf, operatorsOf, wordsOf, type Catalogue, type Kind } from "./catalogue";
import type { Fields } from "./rule_fields";

interface Props {
  form: UseFormReturn<Fields>;
  conditions: UseFieldArrayReturn<Fields, "conditions">;
  catalogue: Catalogue;
  kind: Kind;
}

export function ConditionFields({ form, conditions, catalogue, kind }: Props) {
  const chosen = useWatch({ control: form.control, name: "conditions" });
  const { errors } = form.formState;
  const offered = fieldsOf(catalogue, kind).map(({ name }) => ({ value: name, text: name.replaceAll("_", " ") }));
  return (
    <>
      {conditions.fields.map((row, n) => {
        const field = chosen[n]?.field ?? row.field;
        const wrong = errors.conditions?.[n];
        const words = wordsOf(catalogue, kind, field);
        const value = form.register(`conditions.${n}.value`, { required: t("form.required") });
        return (
          <fieldset key={row.id} className="grid items-end gap-3 rounded-lg border border-line p-3 sm:grid-cols-[1fr_1fr_1fr_auto]">
            <legend className="px-1 text-sm text-muted">{t("alerts.condition", { number: n + 1 })}</legend>
            <SelectField
              label={t("alerts.field")}
              error={wrong?.field?.message}
              options={offered}
              {...form.register(`conditions.${n}.field`, {
                onChange: (event: { target: { value: string } }) => conditions.update(n, conditionOn(catalogue, kind, event.target.value)),
              })}
            />
            <SelectField
              label={t("alerts.operator")}
              error={wrong?.operator?.message}
              options={operatorsOf(catalogue, kind, field).map((one) => ({ value: one, text: t(`alerts.op.${one}`) }))}
              {...form.register(`conditions.${n}.operator`)}
            />
            {words.length > 0 ? (
              <SelectField label={t("alerts.value")} error={wrong?.value?.message} options={words.map((one) => ({ value: one, text: one }))} {...value} />
            ) : (
              <TextField label={t("alerts.value")} error={wrong?.value?.message} {...value} />
            )}
            <Button
              kind="quiet"
              disabled={conditions.fields.length < 2}
              aria-label={t("alerts.removeCondition", { number: n + 1 })}
              onClick={() => conditions.remove(n)}
            >
              ✕
            </Button>
          </fieldset>
        );
      })}
      {errors.conditions?.root?.message !== undefined && <p className="text-sm text-bad">{errors.conditions.root.message}</p>}
      <div>
        <Button onClick={() => conditions.append(conditionOn(catalogue, kind, offered[0]?.value ?? ""))}>{t("alerts.addCondition")}</Button>
      </div>
    </>
  );
}
