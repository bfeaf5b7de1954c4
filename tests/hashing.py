"""Passwords are hashed as the house does it, with hardly any of the work: tests make people by the thousand."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 8, 1
