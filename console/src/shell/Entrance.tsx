/** Shows the pages to whoever is signed in, and the way in to everybody else. */

import { lazy, Suspense } from "react";

import type { ApiError } from "@/api/errors";
import { giveUp, restore } from "@/session/session";
import { useSession, wasHere } from "@/session/store";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { Loading } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

/** Whoever was here will most likely be let in: the pages need not wait for it. */
export function begin(): void {
  if (wasHere()) void import("./Pages").then(({ ahead }) => ahead()).catch(() => undefined);
}

// Who signs in loads no page yet.
const Pages = lazy(() => import("./Pages").then((pages) => ({ default: pages.Pages })));
const SignInPage = lazy(() => import("@/pages/signin/SignInPage").then((page) => ({ default: page.SignInPage })));

function NotYet({ refused }: { refused: ApiError }) {
  return (
    <div className="mx-auto max-w-xl">
      <h1 className="mb-3 text-2xl font-semibold">{t("session.notYet")}</h1>
      <Refusal error={refused} again={() => restore()} />
      <Button onClick={giveUp}>{t("session.anew")}</Button>
    </div>
  );
}

export function Entrance() {
  const session = useSession();
  if (session.status === "restoring") {
    return (
      <main className="p-8" aria-label={t("session.restoring")}>
        {session.refused === undefined ? <Loading /> : <NotYet refused={session.refused} />}
      </main>
    );
  }
  const isOut = session.status === "out";
  return (
    <>
      {(!isOut || session.kept) && (
        <div inert={isOut}>
          <Suspense fallback={<Loading />}>
            <Pages />
          </Suspense>
        </div>
      )}
      {isOut && (
        <div className={session.kept ? "fixed inset-0 z-20 overflow-auto bg-canvas" : ""}>
          <Suspense fallback={<Loading />}>
            <SignInPage ended={session.why === "ended"} />
          </Suspense>
        </div>
      )}
    </>
  );
}
