"""One file a vendor, all behind the contract in `bot.channels.contract`."""
