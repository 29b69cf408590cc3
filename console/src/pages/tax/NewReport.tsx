/** Ask for a report of a year; the country's own method holds unless another is chosen. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/Field";
import { markFields } from "@/ui/forms";
import { Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { report } from "./reading";

const COUNTRIES = ["US", "GB", "DE", "CA", "AU", "FR", "IE", "JP", "generic"] as const;
const METHODS = ["FIFO", "LIFO", "HIFO"] as const;
const names = new Intl.DisplayNames(["en"], { type: "region" });
const titleOf = (code: string): string => (code.length === 2 ? (names.of(code) ?? code) : code);

interface Fields {
  year: string;
  jurisdiction: string;
  method: string;
}

const lastYear = (): string => String(new Date().getFullYear() - 1);

export function NewReport() {
  const form = useForm<Fields>({ defaultValues: { year: lastYear(), jurisdiction: "US", method: "" } });
  const [refused, setRefused] = useState<ApiError | null>(null);
  const asked = useMutation<Awaited<ReturnType<typeof report>>, ApiError, Fields>({
    mutationFn: ({ year, jurisdiction, method }) =>
      report({
        year: Number(year),
        jurisdiction,
        method: method === "" ? null : method,
        lotScope: null,
        currency: null,
        timeZone: null,
        foreignMoney: null,
      }),
    onSuccess: () => {
      setRefused(null);
      void readAnew(["tax", "reports"]);
    },
    onError: (error) => {
      const rest = markFields<Fields>(error, ["year", "jurisdiction", "method"], form.setError);
      setRefused(Object.keys(error.fields).length > 0 && Object.keys(rest).length === 0 ? null : error);
    },
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit((fields) => asked.mutate(fields));
  const warnings = asked.data?.data.warnings ?? [];
  return (
    <Panel title={t("tax.report")}>
      <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-3">
        <TextField
          label={t("tax.year")}
          inputMode="numeric"
          error={errors.year?.message}
          {...form.register("year", { required: t("form.required") })}
        />
        <SelectField
          label={t("tax.country")}
          error={errors.jurisdiction?.message}
          options={COUNTRIES.map((value) => ({ value, text: titleOf(value) }))}
          {...form.register("jurisdiction")}
        />
        <SelectField
          label={t("tax.method")}
          error={errors.method?.message}
          options={[{ value: "", text: t("tax.methodUsual") }, ...METHODS.map((value) => ({ value, text: value }))]}
          {...form.register("method")}
        />
        {refused !== null && <Refusal error={refused} />}
        <Button type="submit" kind="primary" busy={asked.isPending}>
          {t("tax.make")}
        </Button>
        {warnings.length > 0 && (
          <div role="status" className="rounded-lg bg-warn-soft p-3">
            <p className="font-medium">{t("tax.warnings")}</p>
            <ul className="list-disc pl-5">
              {warnings.map((one) => (
                <li key={one}>{one.split(" ").map(safeName).join(" ")}</li>
              ))}
            </ul>
          </div>
        )}
      </form>
    </Panel>
  );
}
