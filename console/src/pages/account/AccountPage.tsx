/** Who somebody is here, how he signs in, what he agreed to, and how he leaves. */

import { t } from "@/texts";

import { Audit } from "./Audit";
import { Consents } from "./Consents";
import { Data } from "./Data";
import { Factor } from "./Factor";
import { Keys } from "./Keys";
import { Profile } from "./Profile";
import { Sessions } from "./Sessions";
import { OwnWallets } from "./OwnWallets";
import { Ways } from "./Ways";

export function AccountPage() {
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4">
      <h1 className="text-2xl font-semibold">{t("nav.account")}</h1>
      <div className="grid gap-4 xl:grid-cols-2">
        <Profile />
        <Factor />
      </div>
      <Sessions />
      <OwnWallets />
      <Ways />
      <Keys />
      <div className="grid gap-4 xl:grid-cols-2">
        <Consents />
        <Data />
      </div>
      <Audit />
    </div>
  );
}
