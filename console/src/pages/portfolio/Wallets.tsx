/** The watched wallets: add one, take one out. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { TextField } from "@/ui/Field";
import { markFields } from "@/ui/forms";
import { Address, Name } from "@/ui/Name";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";
import { Table } from "@/ui/Table";

import { addWallet, removeWallet, useWallets, type Wallet } from "./reading";
import { askRefresh } from "./refreshing";

interface Fields {
  address: string;
  label: string;
}

function AddWallet() {
  const form = useForm<Fields>({ defaultValues: { address: "", label: "" } });
  const [refused, setRefused] = useState<ApiError | null>(null);
  const add = useMutation<ApiError | null, ApiError, Fields>({
    mutationFn: async ({ address, label }) => {
      await addWallet({ address: address.trim(), label: label.trim() === "" ? null : label.trim(), chains: [] });
      return askRefresh().then(
        () => null,
        (error: unknown) => error as ApiError,
      );
    },
    onSuccess: (unread) => {
      form.reset();
      setRefused(unread);
      void readAnew(["portfolio"]);
    },
    onError: (error) => {
      const marked = Object.keys(error.fields).length;
      const rest = markFields<Fields>(error, ["address", "label"], form.setError);
      setRefused(marked > 0 && Object.keys(rest).length === 0 ? null : error);
    },
  });
  const submit = form.handleSubmit((fields) => add.mutate(fields));
  const { errors } = form.formState;
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="mb-4 grid items-start gap-3 sm:grid-cols-[2fr_1fr_auto]">
      <TextField
        label={t("portfolio.address")}
        hint={t("portfolio.addHint")}
        error={errors.address?.message}
        {...form.register("address", { required: t("form.required") })}
      />
      <TextField label={t("portfolio.label")} error={errors.label?.message} {...form.register("label")} />
      <Button type="submit" kind="primary" busy={add.isPending} className="sm:mt-7">
        {t("portfolio.addWallet")}
      </Button>
      {refused !== null && (
        <div className="sm:col-span-3">
          <Refusal error={refused} />
        </div>
      )}
    </form>
  );
}

export function Wallets() {
  const wallets = useWallets();
  const [leaving, setLeaving] = useState<Wallet | null>(null);
  const remove = useMutation<unknown, ApiError, string>({
    mutationFn: removeWallet,
    onSuccess: () => {
      setLeaving(null);
      void readAnew(["portfolio"]);
    },
  });
  return (
    <Panel title={t("portfolio.wallets")}>
      <AddWallet />
      <Answer of={wallets}>
        {() => (
          <Table
            caption={t("portfolio.wallets")}
            rows={wallets.rows}
            id={(row) => row.id}
            empty={t("portfolio.noWallets")}
            more={wallets.hasNextPage ? wallets.fetchNextPage : undefined}
            loadingMore={wallets.isFetchingNextPage}
            columns={[
              { title: t("portfolio.label"), cell: (row) => (row.label === null ? "–" : <Name of={row.label} />) },
              { title: t("portfolio.address"), cell: (row) => <Address of={row.address} /> },
              { title: t("portfolio.chains"), cell: (row) => (row.chains.length === 0 ? t("portfolio.allChains") : row.chains.join(", ")) },
              {
                title: t("portfolio.removeWallet"),
                cell: (row) => (
                  <Button kind="danger" onClick={() => setLeaving(row)} aria-label={`${t("portfolio.removeWallet")} ${row.address}`}>
                    {t("portfolio.removeWallet")}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Answer>
      <Dialog
        title={t("portfolio.removeWallet")}
        open={leaving !== null}
        close={() => setLeaving(null)}
        answer={{
          text: t("portfolio.removeWallet"),
          danger: true,
          busy: remove.isPending,
          act: () => leaving !== null && remove.mutate(leaving.id),
        }}
      >
        {leaving !== null && (
          <>
            <p>{t("portfolio.removeSure")}</p>
            <p className="mt-2">
              <Address of={leaving.address} />
            </p>
            {remove.error !== null && <Refusal error={remove.error} />}
          </>
        )}
      </Dialog>
    </Panel>
  );
}
