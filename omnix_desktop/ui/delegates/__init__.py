"""Painting of rows and bubbles.

Each delegate is made with `row_of(index) -> Row | None`; the panel builds the row from its model's roles, and the model
answers Qt's AccessibleTextRole (each row's `spoken()` has the words). View: `widgets.row_list.RowList`.

    inbox_row    InboxDelegate, InboxRow(name, preview, time, unread, pills=(Pill(words, tone),), channel_icon, seed)
    channel_row  ChannelDelegate, ChannelRow(name, icon, waiting, longest, longest_colour, section)
    journey_row  JourneyDelegate, JourneyRow(title, by, detail, icon, pill, tone)
    agent_row    AgentDelegate, AgentRow(name, state, colour, load, since, detail, enabled)
    thread_entry painted(item): a message of the model as BubbleThread wants it
    cell         CellDelegate, Cell(words, colour, strong, icon, dot, avatar, bar, bar_colour, right) for tables

Bubbles are painted by `widgets.thread.BubbleThread`.
"""
