"""Every word of the console, Vietnamese and English side by side, so that neither can be missing.

`{n}` is filled and grouped; `{n:paper|papers}` agrees with the number. Emphasis is ours; whatever
is filled in is escaped. Recorded texts are never translated here.
"""

from collections.abc import Mapping

from services.console.words_codes import CODES
from services.console.words_deadlines import DEADLINE_CODES, DEADLINES
from services.console.words_paper import PAPER

FRAME: Mapping[str, tuple[str, str]] = {
    "product": ("Liên ngành 138", "Liên ngành 138"),
    "skip": ("Đến nội dung chính", "Skip to the content"),
    "nav": ("Chính", "Main"),
    "nav.small": ("Chính, màn hình nhỏ", "Main, small screens"),
    "nav.desk": ("Bàn trực", "Duty desk"),
    "nav.timeline": ("Sự kiện", "Events"),
    "nav.sign-in": ("Tài khoản", "Account"),
    "crumbs": ("Vị trí", "Where you are"),
    "env.demo": ("DEMO", "DEMO"),
    "env.prod": ("SẢN XUẤT", "PRODUCTION"),
    "env.demo_title": (
        "Môi trường phát triển: ai cũng có thể ký thay một cơ quan",
        "Development: anybody may sign in for any agency",
    ),
    "search": ("Tìm kiếm", "Search"),
    "search.hint": ("Tìm số công văn, nội dung văn bản…", "Find a document by number or words…"),
    "theme": ("Đổi sáng, tối", "Light or dark"),
    "sign_out": ("Đăng xuất", "Sign out"),
    "close": ("Đóng", "Close"),
    "copy": ("Sao chép liên kết", "Copy link"),
    "copied": ("Đã chép", "Copied"),
    "live.page": ("Lúc mở trang", "When opened"),
    "live.on": ("Trực tiếp", "Live"),
    "live.off": ("Mất kết nối", "Offline"),
    "live.new": ("mới", "new"),
    "live.wait": ("Đang nối…", "Connecting…"),
    "offline": (
        "Mất kết nối trực tiếp. Số liệu trên trang đúng đến {time}. Đang nối lại; khi nối được "
        "sẽ nhận đủ các sự kiện đã lỡ.",
        "The live connection is lost. Figures on this page are right as of {time}. Reconnecting; "
        "events that were missed will all arrive.",
    ),
    "foot": ("Mọi số liệu lấy từ nhật ký sự kiện.", "Every figure comes from the event log."),
    "foot.demo": (
        "Môi trường phát triển. Mọi số liệu lấy từ nhật ký sự kiện của máy này.",
        "Development environment. Every figure comes from this machine's event log.",
    ),
    "foot.zone": ("Giờ Việt Nam (UTC+7)", "Viet Nam time (UTC+7)"),
    "keys.title": ("Phím tắt", "Keyboard"),
    "keys.search": ("Tìm kiếm", "Search"),
    "keys.help": ("Bảng phím tắt", "This table"),
    "keys.next": ("Dòng sau", "Next row"),
    "keys.previous": ("Dòng trước", "Previous row"),
    "keys.open": ("Mở", "Open"),
    "keys.close": ("Đóng", "Close"),
    "keys.composing": (
        "Phím chữ không chạy khi đang gõ hoặc đang bỏ dấu (Telex, VNI).",
        "Letters do nothing while you type or compose (Telex, VNI).",
    ),
    "keys.letters": ("Dùng phím chữ", "Use letter keys"),
    "names.more": ("và {n} cơ quan khác", "and {n} more"),
    "overdue": ("quá hạn", "overdue"),
    "moment.today": ("{clock} hôm nay", "{clock} today"),
    "clock.none": ("không nêu hạn", "no term given"),
    "clock.done": ("đã xong phần việc", "carried out"),
    "clock.left": ("còn {span}", "{span} left"),
    "clock.over": ("quá {span}", "{span} late"),
    "clock.was": ("hạn {when}", "was due {when}"),
    "clock.asked": ("ngày đề nghị đã qua {span}", "the day asked for was {span} ago"),
}

DESK: Mapping[str, tuple[str, str]] = {
    "desk.title": ("Bàn trực – văn bản chỉ đạo", "Duty desk – directives"),
    "desk.nothing": (
        "Chưa có văn bản chỉ đạo nào được ghi nhận.",
        "No directive has been recorded yet.",
    ),
    "desk.nothing_late": ("Không có nhiệm vụ nào quá hạn.", "No task is overdue."),
    "desk.late": (
        "<strong class='late'>{n} văn bản có nhiệm vụ quá hạn</strong>",
        "<strong class='late'>{n} {n:directive has|directives have} overdue tasks</strong>",
    ),
    "desk.late_first": (", lâu nhất: {paper}, {span}.", ", the longest: {paper}, {span}."),
    "desk.late_only": (": {paper}, {span}.", ": {paper}, {span}."),
    "desk.waiting": (
        "<strong>{n} trong {m} lượt gửi chưa được tiếp nhận</strong>, ở {papers} văn bản",
        "<strong>{n} of {m} deliveries are not acknowledged</strong>, of {papers} "
        "{papers:directive|directives}",
    ),
    "desk.waiting_most": ("; nhiều nhất {paper}: {n}", "; most of {paper}: {n}"),
    "desk.nobody_waits": (
        "<strong>Cả {m} lượt gửi đã được tiếp nhận.</strong>",
        "<strong>All {m} deliveries are acknowledged.</strong>",
    ),
    "desk.returned": (
        "{n} cơ quan trả lại văn bản.",
        "{n} {n:body has|bodies have} sent a directive back.",
    ),
    "desk.next": (
        "Đến hạn tiếp theo: {paper}, {when}, <strong>{span}</strong>.",
        "Due next: {paper}, {when}, <strong>{span}</strong>.",
    ),
    "desk.limit": (
        "Chỉ tính {n} văn bản đầu; hãy tìm hoặc lọc để thu hẹp.",
        "Only the first {n} directives are counted; search or filter to narrow down.",
    ),
    "desk.horizon": ("Chân trời thời hạn", "Horizon of terms"),
    "desk.list": ("Văn bản chỉ đạo", "Directives"),
    "desk.filter": ("Lọc văn bản", "Filter directives"),
    "desk.asked": ("{n} văn bản khớp", "{n} {n:directive matches|directives match}"),
    "desk.ask_all": ("Xem tất cả", "Show all"),
    "desk.over": ("Quá hạn", "Overdue"),
    "desk.today": ("Hôm nay", "Today"),
    "desk.later": ("Sau đó", "Later"),
    "desk.none": ("không có", "none"),
    "desk.addressees": ("{n} nơi nhận", "{n} {n:addressee|addressees}"),
    "desk.tasks": ("nhiệm vụ", "{n:task|tasks}"),
    "desk.targets": ("{n} chỉ tiêu", "{n} {n:target|targets}"),
    "desk.reports": ("{n} báo cáo", "{n} {n:report|reports}"),
    "desk.tasks_bar": ("Nhiệm vụ theo trạng thái", "Tasks by state"),
    "desk.behind": ("Chưa tiếp nhận:", "Not acknowledged:"),
    "desk.behind_more": ("và {n} cơ quan khác", "and {n} more"),
    "chip.all": ("Tất cả", "All"),
    "chip.over": ("Quá hạn", "Overdue"),
    "chip.week": ("7 ngày tới", "Next 7 days"),
    "chip.waiting": ("Chưa tiếp nhận", "Not acknowledged"),
    "chip.returned": ("Trả lại", "Returned"),
    "chip.gap": ("Nguồn thiếu", "Source has gaps"),
    "group.over": ("Quá hạn", "Overdue"),
    "group.week": ("Đến hạn trong 7 ngày", "Due within 7 days"),
    "group.later": ("Đến hạn sau đó", "Due later"),
    "group.undated": ("Không còn hạn phía trước", "No term ahead"),
    "group.done": ("Các cơ quan đã báo xong", "Reported done by all"),
    "group.rest": ("Còn {n} văn bản", "{n} more {n:directive|directives}"),
    "empty.all": ("Chưa có văn bản nào khớp.", "No directive matches."),
    "empty.over": ("Không có văn bản nào quá hạn.", "No directive is overdue."),
    "empty.week": ("Không có việc đến hạn trong 7 ngày tới.", "Nothing is due within 7 days."),
    "empty.waiting": (
        "Mọi cơ quan nhận đã tiếp nhận.",
        "Every body that was sent a directive has acknowledged it.",
    ),
    "empty.returned": ("Không có văn bản nào bị trả lại.", "No directive was sent back."),
    "empty.gap": (
        "Không có văn bản nào thiếu nguồn.",
        "No directive has gaps in its source.",
    ),
    "empty.nothing": ("Chưa có văn bản nào khớp.", "No directive matches."),
    "empty.next": ("Việc đến hạn tiếp theo:", "Due next:"),
    "feed.title": ("Dòng sự kiện", "Events"),
    "feed.order": ("mới ghi trước", "last recorded first"),
    "feed.none": ("Chưa có sự kiện nào.", "No events yet."),
    "feed.all": ("Tất cả sự kiện", "All events"),
    "feed.all_of": ("Toàn bộ dòng thời gian", "The whole timeline"),
    "feed.late": ("ghi muộn {span}", "recorded {span} late"),
    "feed.recorded": ("Ghi nhận lúc {when}", "Recorded {when}"),
    "feed.fix": ("điều chỉnh", "amended"),
    "feed.new_one": ("{n} sự kiện mới", "{n} new event"),
    "feed.new_many": ("{n} sự kiện mới", "{n} new events"),
    "pulse.events": ("{n} sự kiện đã ghi.", "{n} events recorded."),
    "pulse.even": ("Dòng thời gian theo kịp.", "The timeline is up to date."),
    "pulse.behind": (
        "Dòng thời gian còn chậm {n} sự kiện.",
        "The timeline is {n} {n:event|events} behind.",
    ),
    "timeline.title": ("Dòng sự kiện", "Events"),
    "timeline.back": ("Về trang của hồ sơ", "Back to its page"),
    "timeline.open": ("Dòng thời gian", "Timeline"),
    "timeline.of_what": ("Dòng thời gian: {what}", "Timeline: {what}"),
    "timeline.lead": ("Việc mới ghi nhận đứng trước.", "Last recorded first."),
    "timeline.all": (
        "Dòng thời gian đã ghi {n} mục.",
        "The timeline holds {n} {n:entry|entries}.",
    ),
    "timeline.as_of_said": (
        "Chỉ gồm việc đã xảy ra đến lúc đã chọn.",
        "Only what had happened by the chosen moment.",
    ),
    "timeline.known_at_said": (
        "Chỉ gồm việc đã được ghi nhận đến lúc đã chọn.",
        "Only what had been recorded by the chosen moment.",
    ),
    "timeline.as_of": ("Xảy ra đến lúc", "Happened by"),
    "timeline.known_at": ("Ghi nhận đến lúc", "Recorded by"),
    "timeline.show": ("Xem", "Show"),
    "timeline.now": ("Về hiện tại", "Back to now"),
    "timeline.occurred": ("Xảy ra", "Happened"),
    "timeline.what": ("Việc", "What"),
    "timeline.recorded": ("Ghi nhận", "Recorded"),
    "timeline.older": ("Cũ hơn", "Older"),
    "timeline.newest": ("Mới nhất", "Newest"),
}

SIGNING: Mapping[str, tuple[str, str]] = {
    "sign_in": ("Đăng nhập", "Sign in"),
    "sign_in.lead": (
        "Chọn cơ quan để vào bàn trực. Không cần mật khẩu trên máy phát triển.",
        "Choose an agency to open its desk. A development machine asks for no password.",
    ),
    "sign_in.elsewhere": (
        "Đăng nhập bằng hệ thống định danh của cơ quan. Hãy mở liên kết do quản trị cấp.",
        "Sign in with your agency's identity provider. Open the link that your administrator gave.",
    ),
    "sign_in.used": (
        "Liên kết vào một lần này đã được dùng. Chọn cơ quan bên dưới, hoặc xin liên kết mới.",
        "This one-time link has been used. Choose an agency below, or ask for a new link.",
    ),
    "sign_in.now": ("Đang đăng nhập", "Signed in"),
    "sign_in.stay": ("Vào bàn trực", "Open the desk"),
    "sign_in.where": ("Địa bàn", "Area"),
    "sign_in.on": ("Theo tổ chức bộ máy ngày", "Organisation as of"),
    "sign_in.area": ("Tỉnh, thành phố", "Province"),
    "sign_in.centre": ("Trung ương", "Central bodies"),
    "sign_in.place": ("Huyện, xã (nếu cần)", "District or commune (if needed)"),
    "sign_in.place_none": ("Cấp tỉnh", "Provincial level"),
    "sign_in.list": ("Liệt kê cơ quan", "List agencies"),
    "sign_in.who": ("Cơ quan", "Agency"),
    "sign_in.count": ("{n} cơ quan", "{n} {n:agency|agencies}"),
    "sign_in.agency": ("Cơ quan", "Agency"),
    "sign_in.role": ("Vai trò", "Role"),
    "sign_in.user": ("Tên cán bộ", "Officer"),
    "sign_in.go": ("Đăng nhập", "Sign in"),
    "sign_in.nobody": (
        "Ngày này không có cơ quan nào ở địa bàn đã chọn. Chọn địa bàn hoặc ngày khác.",
        "On that day there is no agency at this area. Choose another area or day.",
    ),
    "sign_in.development": (
        "Chỉ dành cho phát triển và trình diễn: máy này tự ký mã truy cập cho cơ quan được chọn.",
        "For development and demonstration only: this machine signs a token for whom you choose.",
    ),
}

PROBLEMS: Mapping[str, tuple[str, str]] = {
    "problem.missing": ("Không tìm thấy", "Not found"),
    "problem.missing.what": (
        "Không có trang, văn bản, nhiệm vụ hay hồ sơ ở địa chỉ này, hoặc cơ quan của bạn không "
        "được biết.",
        "There is no page, directive, task or file at this address, or your agency may not know "
        "of it.",
    ),
    "problem.missing.way": (
        "Kiểm tra lại liên kết, hoặc tìm từ bàn trực.",
        "Check the link, or search from the desk.",
    ),
    "problem.forbidden": ("Không thuộc quyền", "Not permitted"),
    "problem.forbidden.what": (
        "Cơ quan của bạn không được xem hoặc làm việc này.",
        "Your agency may not see or do this.",
    ),
    "problem.forbidden.way": (
        "Trao đổi với cơ quan ban hành hoặc quản trị hệ thống.",
        "Speak to the issuing agency or the administrator.",
    ),
    "problem.away": ("Chưa đọc được dữ liệu", "The data cannot be read now"),
    "problem.away.what": (
        "Hệ thống đang bận hoặc đang khởi động lại; trang chưa có số liệu để hiện.",
        "The system is busy or restarting; there are no figures to show.",
    ),
    "problem.away.way": ("Thử lại sau ít giây.", "Try again in a few seconds."),
    "problem.broken": ("Trang chưa mở được", "This page could not be opened"),
    "problem.broken.what": (
        "Có lỗi khi dựng trang hoặc yêu cầu không đúng.",
        "The page failed, or the request is not right.",
    ),
    "problem.broken.way": (
        "Thử lại; nếu vẫn lỗi, báo mã bên dưới cho quản trị.",
        "Try again; if it still fails, give the code below to the administrator.",
    ),
    "problem.safe": (
        "Chưa có gì bị thay đổi; dữ liệu đã ghi vẫn nguyên.",
        "Nothing was changed; what is recorded stays as it is.",
    ),
    "problem.rule": ("Quy tắc:", "Rule:"),
    "problem.code": ("Mã", "Code"),
    "problem.desk": ("Về bàn trực", "To the desk"),
    "problem.again": ("Thử lại", "Try again"),
}

WORDS: Mapping[str, tuple[str, str]] = {
    **FRAME,
    **DESK,
    **SIGNING,
    **PROBLEMS,
    **PAPER,
    **CODES,
    **DEADLINES,
    **DEADLINE_CODES,
}
"""The whole table."""
