/** The way in: a wallet of this browser or, on a machine's own stage, its token. */

import { useEffect, useState } from "react";

import { useStage } from "@/session/stage";
import { listen, type Wallet } from "@/session/providers";
import { t } from "@/texts";
import { Empty, Panel } from "@/ui/Panel";

import { TokenForm } from "./TokenForm";
import { WalletButton } from "./WalletButton";
import { WalletSteps } from "./WalletSteps";

export function SignInPage({ ended }: { ended: boolean }) {
  const [wallets, setWallets] = useState<readonly Wallet[]>([]);
  const [chosen, setChosen] = useState<Wallet | null>(null);
  const stage = useStage();
  useEffect(() => listen(setWallets), []);
  return (
    <main className="mx-auto flex min-h-dvh max-w-lg flex-col justify-center gap-4 p-4">
      <div className="flex items-center gap-3">
        <img src="/app/icon.svg" alt="" className="size-10" />
        <h1 className="text-2xl font-semibold">{t("signin.title")}</h1>
      </div>
      {ended && (
        <p role="status" className="rounded-lg bg-warn-soft p-3">
          {t("session.ended")}
        </p>
      )}
      <p className="text-muted">{t("signin.lead")}</p>
      <Panel title={t("signin.wallets")}>
        {chosen !== null ? (
          <WalletSteps wallet={chosen} another={() => setChosen(null)} />
        ) : wallets.length === 0 ? (
          <Empty>{t("signin.none")}</Empty>
        ) : (
          <ul className="flex flex-col gap-2">
            {wallets.map((wallet) => (
              <li key={wallet.id}>
                <WalletButton wallet={wallet} choose={() => setChosen(wallet)} />
              </li>
            ))}
          </ul>
        )}
      </Panel>
      {stage.data?.stage === "local" && (
        <Panel title={t("signin.machine")}>
          <TokenForm />
        </Panel>
      )}
    </main>
  );
}
