/** The way in: a wallet of this browser, what the stage has beside it and, on a machine's own stage, its token. */

import { lazy, Suspense, useEffect, useState } from "react";

import { useStage } from "@/session/stage";
import { safeName } from "@/money/hostile";
import { arrivalAt, useWays, type Arrival } from "@/session/password_login";
import { listen, type Wallet } from "@/session/providers";
import { t } from "@/texts";
import { Empty, Loading, Panel } from "@/ui/Panel";

import { WalletButton } from "./WalletButton";
import { WalletSteps } from "./WalletSteps";

// Forms are loaded where the stage has what they are for.
const TokenForm = lazy(() => import("./TokenForm").then((part) => ({ default: part.TokenForm })));
const OtherWays = lazy(() => import("./OtherWays").then((part) => ({ default: part.OtherWays })));
const LinkSteps = lazy(() => import("./LinkSteps").then((part) => ({ default: part.LinkSteps })));

// Once a load of the page, and not while it is drawn: a drawing that is begun again would find the token gone.
const ARRIVED: Arrival | null = arrivalAt(window.location, () => window.history.replaceState(null, "", window.location.pathname));

export function SignInPage({ ended }: { ended: boolean }) {
  const [wallets, setWallets] = useState<readonly Wallet[]>([]);
  const [chosen, setChosen] = useState<Wallet | null>(null);
  const [arrival, setArrival] = useState<Arrival | null>(ARRIVED);
  const stage = useStage();
  const ways = useWays();
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
      {arrival?.kind === "refused" && (
        <p role="alert" className="rounded-lg bg-warn-soft p-3">
          {arrival.code === "CONFLICT" ? t("signin.googleTaken") : t("signin.googleRefused", { reason: safeName(arrival.reason) })}
        </p>
      )}
      {arrival !== null && arrival.kind !== "refused" && (
        <Suspense fallback={<Loading />}>
          <LinkSteps link={arrival} done={() => setArrival(null)} />
        </Suspense>
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
      {ways.data !== undefined && (ways.data.google || ways.data.password) && (
        <Suspense fallback={<Loading />}>
          <OtherWays google={ways.data.google} password={ways.data.password} />
        </Suspense>
      )}
      {stage.data?.stage === "local" && (
        <Panel title={t("signin.machine")}>
          <Suspense fallback={<Loading />}>
            <TokenForm />
          </Suspense>
        </Panel>
      )}
    </main>
  );
}
