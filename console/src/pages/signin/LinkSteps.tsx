/** What a mail's link leads to: the account it makes, or another password. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";

import type { ApiError } from "@/api/errors";
import { confirm, reset, type Arrival } from "@/session/password_login";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { markFields } from "@/ui/forms";
import { Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

type Linked = Extract<Arrival, { token: string }>;

function Confirm({ token, done }: { token: string; done: () => void }) {
  const act = useMutation<unknown, ApiError>({ mutationFn: () => confirm(token) });
  return (
    <Panel title={t("signin.confirmTitle")}>
      <p className="mb-3">{t("signin.confirmLead")}</p>
      {act.error !== null && <Refusal error={act.error} />}
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" busy={act.isPending} onClick={() => act.mutate()}>
          {t("signin.confirm")}
        </Button>
        <Button onClick={done}>{t("signin.back")}</Button>
      </div>
    </Panel>
  );
}

function Reset({ token, done }: { token: string; done: () => void }) {
  const form = useForm<{ password: string }>({ defaultValues: { password: "" } });
  const [refused, setRefused] = useState<ApiError | null>(null);
  const act = useMutation<unknown, ApiError, string>({
    mutationFn: (password) => reset(token, password),
    onMutate: () => setRefused(null),
    onError: (error) => {
      const rest = markFields<{ password: string }>(error, ["password"], form.setError);
      setRefused(Object.keys(error.fields).length > 0 && Object.keys(rest).length === 0 ? null : error);
    },
  });
  const submit = form.handleSubmit(({ password }) => act.mutate(password));
  return (
    <Panel title={t("signin.resetTitle")}>
      {act.isSuccess ? (
        <div role="status" className="flex flex-col gap-3">
          <p>{t("signin.resetDone")}</p>
          <Button kind="primary" onClick={done}>
            {t("signin.back")}
          </Button>
        </div>
      ) : (
        <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-3">
          {refused !== null && <Refusal error={refused} />}
          <TextField
            label={t("signin.newPassword")}
            hint={t("signin.passwordHint")}
            type="password"
            autoComplete="new-password"
            error={form.formState.errors.password?.message}
            {...form.register("password", { required: t("form.required") })}
          />
          <Button type="submit" kind="primary" busy={act.isPending}>
            {t("signin.reset")}
          </Button>
        </form>
      )}
    </Panel>
  );
}

export function LinkSteps({ link, done }: { link: Linked; done: () => void }) {
  return link.kind === "register" ? <Confirm token={link.token} done={done} /> : <Reset token={link.token} done={done} />;
}
