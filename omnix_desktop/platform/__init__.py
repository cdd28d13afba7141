"""What the operating system offers: keyring, notifications, policy file, paths, single
instance, sound, idle and lock.
"""
