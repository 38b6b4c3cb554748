"""Who said what, in sets: mailboxes without gaps, and every message known once and for ever."""

import asyncpg

from corridor.adapters.postgres.findings import ask
from corridor.reports.findings import Findings

Connection = asyncpg.Connection


async def mailboxes(db: Connection) -> Findings:
    """The messages to a participant are numbered 1 to n without a gap, and n is the mailbox's own count.

    The highest number counted of the participant's own is one that it used.
    """
    return await ask(
        db,
        "mailboxes",
        "SELECT count(*) FROM mailbox",
        """
        WITH sent AS (
            SELECT participant, count(*) AS messages, min(number) FILTER (WHERE number <> turn) AS astray
              FROM (SELECT participant, number,
                           row_number() OVER (PARTITION BY participant ORDER BY number) AS turn
                      FROM message WHERE direction = 'out') AS m GROUP BY participant),
        received AS (
            SELECT participant, max(number) AS highest,
                   coalesce(max(number) FILTER (WHERE outcome = 'accepted'), 0) AS accepted
              FROM message WHERE direction = 'in' GROUP BY participant)
        SELECT format('mailbox of %s: ', participant) || CASE
            WHEN p.bic IS NULL AND o.name IS NULL THEN 'no such participant or operator'
            WHEN last_number IS DISTINCT FROM coalesce(messages, 0) OR astray IS NOT NULL
            THEN format('it has given out %s numbers, but the log holds %s messages%s',
                        coalesce(last_number, 0), coalesce(messages, 0),
                        '; the first out of turn is number ' || astray)
            WHEN acknowledged > last_number
            THEN format('%s is acknowledged, but %s is the last', acknowledged, last_number)
            WHEN m.received NOT BETWEEN coalesce(accepted, 0) AND coalesce(highest, 0)
            THEN format('it counts the participant''s numbers up to %s, the log up to %s', m.received,
                        highest) END
          FROM mailbox m FULL JOIN sent USING (participant) LEFT JOIN received USING (participant)
          LEFT JOIN participant p ON bic = participant
          LEFT JOIN operator o ON o.name = participant
        """,
    )


async def identities(db: Connection) -> Findings:
    """Every message that came in is known by its id, and what is known by an id stands in the log.

    Only a message refused because its id was taken by other content has no identity of its own.
    """
    return await ask(
        db,
        "identities",
        "SELECT count(*) FROM identity",
        """
        SELECT format('identity %s of %s: ', i.message_id, i.signer) || CASE
            WHEN m.batch IS NULL THEN format('batch %s has no such line %s', i.batch, i.position)
            WHEN (m.participant, m.message_id, m.content, m.outcome, m.at)
                 <> (i.signer, i.message_id, i.digest, i.outcome, i.at)
            THEN format('batch %s, line %s says otherwise', i.batch, i.position) END
          FROM identity i
          LEFT JOIN message m ON (m.batch, m.position, m.direction) = (i.batch, i.position, 'in')
        UNION ALL
        SELECT format('batch %s, line %s: %s of %s ', m.batch, m.position, m.message_id,
                      m.participant) || CASE
            WHEN i.signer IS NULL OR (i.batch, i.position) > (m.batch, m.position)
            THEN 'came in, but is not known'
            WHEN (i.batch, i.position) < (m.batch, m.position)
             AND (m.outcome = 'accepted' OR m.content = i.digest)
            THEN 'was decided a second time' END
          FROM message m
          LEFT JOIN identity i ON (i.signer, i.message_id) = (m.participant, m.message_id)
         WHERE m.direction = 'in'
        """,
    )


async def numbers(db: Connection) -> Findings:
    """The hub's last number is not below any that it has given out: none is given out twice."""
    return await ask(
        db,
        "numbers",
        "SELECT coalesce(max(last_number), 0) FROM hub",
        """
        SELECT CASE WHEN highest > last_number
                    THEN format('the hub has given out number %s to %s, but counts only to %s', highest, what,
                                last_number) END
          FROM hub CROSS JOIN (
              SELECT 'a participant', max(number) FROM participant
              UNION ALL SELECT 'an account', max(id) FROM account
              UNION ALL SELECT 'a case', max(number) FROM operator_case
              UNION ALL SELECT 'a proposal', max(number) FROM proposal
              UNION ALL SELECT 'a payment', max(number) FROM payment
              UNION ALL SELECT 'a trade', max(number) FROM trade
              UNION ALL SELECT 'an inquiry', max(number) FROM inquiry
              UNION ALL SELECT 'a reply', max(number) FROM reply
              UNION ALL SELECT 'a leg', max(first_transfer + legs - 1) FROM payment) AS n(what, highest)
        """,
    )


INVARIANTS = (mailboxes, identities, numbers)
