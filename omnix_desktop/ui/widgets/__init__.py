"""The design system: button, field, list, badge, empty state; knows no model.

Install once: `theme().install(app, mode)`; switch with `theme().set_mode("light" | "dark" | "system")`. Colours are
token names (`theme().tokens`), fonts are roles (`font("body")`). Icons are Lucide names found in resources/icons.

    buttons      Button(words, kind, icon=, shortcut=, tooltip=, small=)  kinds: primary plain quiet danger link on_dark
                 IconButton(icon, name, shortcut=, size=, glyph=)
    labels       Label(words, role, colour, wrap=, tabular=, selectable=)  ElidedLabel  Line(vertical=)  Surface(ground)
    badges       Badge(words, tone, icon=)  CountBadge(count, tone)  Avatar(name, seed=, badge=, size=, quiet=)
                 tones: neutral outline accent good soon bad count alarm
    fields       Field(label, input, required=, helper=).set_error(sentence)  TextLine(placeholder, icon=, password=)
                 SearchField  TextArea(lines=)  ComboBox.set_choices([(words, value)])  CheckBox
    structure    SectionHeader  Card (.column)  KeyValueRow(caption, icon=, empty=).set_value  EmptyState(icon, title)
    title_bar    TitleBar(title, float_name=, close_name=): set_badge, add_action
    tabs         Tabs: add(words, icon=, count=), set_count(place, n), signal chosen(int)
    banners      Banner.show_sentence(words, tone, action), activated  Toast(parent).say(words, action), activated
    rail         Rail  RailButton(icon, name, shortcut).set_count  StatusItem.set(words, dot=, colour=)
    figure       Figure(caption).set_value(value, note, colour), clicked: a wallboard's number
    progress     Spinner  ProgressLine.set_share(0..1 | None)
    dialog       Dialog(title, primary=, cancel=): .body, submit(), set_problem(sentence)
    menu         Menu(title): a QMenu that needs no compositor, add_menu(title); use it instead of QMenu
    popup        Popup: .column, open_at(anchor, above=)
    emoji_picker EmojiPicker: set_recent(glyphs), open_at(anchor, above=True), signal picked(str)
    cascade_picker  CascadePicker(nodes, placeholder): value, path, set_value, changed(str)
                 category_tree: CascadeNode(key, words, children)
    lines_input  LinesInput(placeholder, written): values, set_values, signal changed(tuple)
    row_list     RowList(delegate, row_height, name): select_row(n), marked(), signals chosen(index), opened(index)
    thread       BubbleThread: set_items, append, prepend, replace(key, item), remove, scroll_to, copy
                 signals link_clicked(address), attachment_clicked(key, which), action_clicked(key, action),
                 context_requested(key, point), older_wanted, at_bottom_changed(bool)
                 thread_item: ThreadItem, ThreadAttachment, ThreadAction
    paint        what delegates share: draw_pill, draw_count, draw_avatar, text, fill, focus_ring
"""
