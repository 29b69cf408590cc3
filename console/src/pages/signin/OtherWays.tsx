/** The ways in that a stage may have beside wallets: Google, and a password. */

import { t } from "@/texts";
import { Panel } from "@/ui/Panel";

import { PasswordForm } from "./PasswordForm";

export function OtherWays({ google, password }: { google: boolean; password: boolean }) {
  return (
    <>
      {google && (
        <a
          href="/v1/auth/google/start"
          className="flex min-h-11 items-center justify-center rounded-lg border border-line bg-panel px-4 py-2 font-medium hover:bg-raised"
        >
          {t("signin.google")}
        </a>
      )}
      {password && (
        <Panel title={t("signin.byPassword")}>
          <PasswordForm />
        </Panel>
      )}
    </>
  );
}
