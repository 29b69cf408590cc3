/** Shows the pages to whoever is signed in, and the way in to everybody else. */

import { lazy, Suspense } from "react";

import { useSession } from "@/session/store";
import { t } from "@/texts";
import { Loading } from "@/ui/Panel";

// Who signs in loads no page yet.
const Pages = lazy(() => import("./Pages").then((pages) => ({ default: pages.Pages })));
const SignInPage = lazy(() => import("@/pages/signin/SignInPage").then((page) => ({ default: page.SignInPage })));

export function Entrance() {
  const session = useSession();
  if (session.status === "restoring") {
    return (
      <main className="p-8" aria-label={t("session.restoring")}>
        <Loading />
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
