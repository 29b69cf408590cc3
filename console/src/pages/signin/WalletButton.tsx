/** A wallet by its name and picture; nothing is connected before it is pressed. */

import type { Wallet } from "@/session/providers";
import { Button } from "@/ui/Button";
import { Name } from "@/ui/Name";

export function WalletButton({ wallet, choose }: { wallet: Wallet; choose: () => void }) {
  return (
    <Button className="w-full justify-start" onClick={choose}>
      {wallet.icon !== null && <img src={wallet.icon} alt="" className="size-6 rounded" />}
      <Name of={wallet.name} />
    </Button>
  );
}
