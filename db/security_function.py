"""What a SQL function of row security is made of."""

from __future__ import annotations

from dataclasses import dataclass

JOB_ONLY = """
            IF actor_kind() <> 'job' THEN
                RAISE EXCEPTION '% is for jobs', '{name}' USING ERRCODE = 'insufficient_privilege';
            END IF;
"""
"""The first statement of a function that only jobs may call; `name` is its own."""


@dataclass(frozen=True, slots=True)
class Function:
    """One SQL function. `definer_reason` says why it may look past the policies; empty, it may not.

    What `is_internal` only other functions here call, or a trigger: the program may not.
    """

    name: str
    arguments: str
    returns: str
    body: str
    language: str = "sql"
    volatility: str = "STABLE"
    definer_reason: str = ""
    is_internal: bool = False

    @property
    def signature(self) -> str:
        """Name and argument types, as GRANT wants them."""
        types = ", ".join(argument.split()[1] for argument in self.arguments.split(", ") if argument)
        return f"public.{self.name}({types})"

    def create(self) -> str:
        """The CREATE FUNCTION statement."""
        security = "SECURITY DEFINER" if self.definer_reason else "SECURITY INVOKER"
        # A trigger also fires for whoever works past the policies (backups, the operator), who set this off.
        setting = " SET row_security = on" if self.definer_reason and self.returns == "trigger" else ""
        return (
            f"CREATE FUNCTION public.{self.name}({self.arguments}) RETURNS {self.returns}"
            f" LANGUAGE {self.language} {self.volatility} {security}"
            f" SET search_path = pg_catalog, public, pg_temp{setting} AS $body${self.body}$body$"
        )


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger that calls one of the functions: when (`BEFORE UPDATE`), and for what (`FOR EACH ROW`)."""

    name: str
    table: str
    when: str
    scope: str
    function: str
    is_constraint: bool = False

    def create(self) -> str:
        """The CREATE TRIGGER statement."""
        constraint = "CONSTRAINT " if self.is_constraint else ""
        return (
            f"CREATE {constraint}TRIGGER {self.name} {self.when} ON public.{self.table} {self.scope}"
            f" EXECUTE FUNCTION public.{self.function}()"
        )
