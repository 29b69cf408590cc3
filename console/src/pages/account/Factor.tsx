/** The second factor: set it up, show a code where one is asked for, remove it. */

import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";

import type { ApiError } from "@/api/errors";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { beginFactor, confirmFactor, removeFactor, showCode } from "./reading";

type Began = Awaited<ReturnType<typeof beginFactor>>;
type Confirmed = Awaited<ReturnType<typeof confirmFactor>>;

function CodeForm({ text, send, busy, error }: { text: string; send: (code: string) => void; busy: boolean; error: ApiError | null }) {
  const form = useForm<{ code: string }>({ defaultValues: { code: "" } });
  const submit = form.handleSubmit(({ code }) => {
    send(code.trim());
    form.reset();
  });
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-2">
      <TextField
        label={t("account.code")}
        inputMode="numeric"
        autoComplete="one-time-code"
        error={form.formState.errors.code?.message ?? error?.fields["code"]}
        {...form.register("code", { required: t("form.required") })}
      />
      {error !== null && error.fields["code"] === undefined && <Refusal error={error} />}
      <Button type="submit" busy={busy}>
        {text}
      </Button>
    </form>
  );
}

export function Factor() {
  const begin = useMutation<Began, ApiError>({ mutationFn: beginFactor });
  const confirm = useMutation<Confirmed, ApiError, string>({ mutationFn: confirmFactor });
  const show = useMutation<unknown, ApiError, string>({ mutationFn: showCode });
  const remove = useMutation<unknown, ApiError>({ mutationFn: removeFactor });
  const { secret, uri } = begin.data?.data ?? { secret: null, uri: null };
  const codes = confirm.data?.data.recoveryCodes ?? null;
  return (
    <Panel title={t("account.factor")}>
      <p className="mb-3 text-muted">{t("account.factorLead")}</p>
      {codes !== null ? (
        <div role="status" className="rounded-lg bg-good-soft p-3">
          <p>{t("account.codes")}</p>
          <ul className="mt-2 grid grid-cols-2 font-mono">
            {codes.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ul>
        </div>
      ) : secret === null ? (
        <div className="flex flex-col gap-4">
          {begin.error !== null && <Refusal error={begin.error} />}
          <Button busy={begin.isPending} onClick={() => begin.mutate()}>
            {t("account.factorBegin")}
          </Button>
          <CodeForm text={t("account.factorShow")} send={(code) => show.mutate(code)} busy={show.isPending} error={show.error} />
          {show.isSuccess && <p role="status">{t("account.factorShown")}</p>}
          {remove.error !== null && <Refusal error={remove.error} />}
          <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {t("account.factorRemove")}
          </Button>
        </div>
      ) : (
        <div className="flex flex-col gap-3">
          <p>{t("account.factorSecret")}</p>
          <code className="rounded bg-raised p-2 break-all">{secret}</code>
          {uri?.startsWith("otpauth://") === true && (
            <a className="underline" href={uri}>
              {t("account.factorLink")}
            </a>
          )}
          <CodeForm text={t("account.confirm")} send={(code) => confirm.mutate(code)} busy={confirm.isPending} error={confirm.error} />
        </div>
      )}
    </Panel>
  );
}
