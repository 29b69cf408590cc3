/** Take everything away, or have it deleted. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { ApiError } from "@/api/errors";
import { useJob } from "@/api/jobs";
import { localTime } from "@/money/times";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { erase, exportAll, exportLink, restoreAccount } from "./reading";

function Export() {
  const [id, setId] = useState<string | null>(null);
  const start = useMutation<Awaited<ReturnType<typeof exportAll>>, ApiError>({ mutationFn: exportAll, onSuccess: ({ data }) => setId(data.id) });
  const job = useJob(id);
  const open = useMutation<Awaited<ReturnType<typeof exportLink>>, ApiError, string>({
    mutationFn: exportLink,
    onSuccess: ({ data }) => window.location.assign(data.url),
  });
  const status = job.data?.status;
  return (
    <div className="flex flex-col gap-2">
      {start.error !== null && <Refusal error={start.error} />}
      {open.error !== null && <Refusal error={open.error} />}
      {id !== null && status !== "done" ? (
        <p role="status">{status === "failed" ? (job.data?.error?.message ?? t("error.other")) : t("account.exporting")}</p>
      ) : null}
      {id !== null && status === "done" ? (
        <Button kind="primary" busy={open.isPending} onClick={() => open.mutate(id)}>
          {t("account.exportReady")}
        </Button>
      ) : (
        <Button busy={start.isPending || (id !== null && status !== "failed")} onClick={() => start.mutate()}>
          {t("account.export")}
        </Button>
      )}
    </div>
  );
}

function Erase() {
  const [asked, setAsked] = useState(false);
  const go = useMutation<Awaited<ReturnType<typeof erase>>, ApiError>({ mutationFn: erase, onSuccess: () => setAsked(false) });
  const back = useMutation<unknown, ApiError>({ mutationFn: restoreAccount, onSuccess: () => go.reset() });
  const due = go.data?.data.dueAt;
  return (
    <div className="mt-4 flex flex-col gap-2">
      {due === undefined ? (
        <Button kind="danger" onClick={() => setAsked(true)}>
          {t("account.erase")}
        </Button>
      ) : (
        <>
          <p role="status">{t("account.eraseAsked", { at: localTime(due) })}</p>
          <Button busy={back.isPending} onClick={() => back.mutate()}>
            {t("account.restore")}
          </Button>
        </>
      )}
      {back.error !== null && <Refusal error={back.error} />}
      <Dialog
        title={t("account.erase")}
        open={asked}
        close={() => setAsked(false)}
        answer={{ text: t("account.erase"), danger: true, busy: go.isPending, act: () => go.mutate() }}
      >
        <p>{t("account.eraseSure")}</p>
        {go.error !== null && <Refusal error={go.error} />}
      </Dialog>
    </div>
  );
}

export function Data() {
  return (
    <Panel title={t("account.data")}>
      <Export />
      <Erase />
    </Panel>
  );
}
