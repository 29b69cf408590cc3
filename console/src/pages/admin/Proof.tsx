/** The second factor where staff lacks a fresh one, in the place of what was refused for it. */

import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useForm } from "react-hook-form";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Answer, type Reading } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { showCode } from "./reading";

export const isUnproven = (error: ApiError | null): boolean => error?.status === 403 && "proof" in error.details;

export function Proof() {
  const form = useForm<{ code: string }>({ defaultValues: { code: "" } });
  const shown = useMutation<unknown, ApiError, string>({
    mutationFn: showCode,
    onSuccess: () => void readAnew(["admin"]),
    onSettled: () => form.reset(),
  });
  const submit = form.handleSubmit(({ code }) => shown.mutate(code.trim()));
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex max-w-md flex-col gap-3">
      <p className="text-muted">
        {t("admin.proofLead")}{" "}
        <Link to="/account" className="underline">
          {t("nav.account")}
        </Link>
      </p>
      <TextField
        label={t("admin.code")}
        inputMode="numeric"
        autoComplete="one-time-code"
        error={form.formState.errors.code?.message ?? shown.error?.fields["code"]}
        {...form.register("code", { required: t("form.required") })}
      />
      {shown.error !== null && shown.error.fields["code"] === undefined && <Refusal error={shown.error} />}
      <Button type="submit" kind="primary" busy={shown.isPending}>
        {t("admin.show")}
      </Button>
    </form>
  );
}

/** An answer for staff, or the second factor that it waits for. */
export function Staffed<D>({ of, children }: { of: Reading<D>; children: (data: D) => ReactNode }) {
  return isUnproven(of.error) ? <Proof /> : <Answer of={of}>{children}</Answer>;
}

/** Why an action was refused, or the second factor that it waits for; then it is asked for again. */
export const Refused = ({ error }: { error: ApiError }) => (isUnproven(error) ? <Proof /> : <Refusal error={error} />);
