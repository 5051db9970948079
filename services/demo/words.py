"""Vietnamese for the short facts that the compiled seeds hold in English."""

import re
from collections.abc import Mapping

VIETNAMESE: Mapping[str, str] = {
    "World Day Against Trafficking 30/7": "Ngày Thế giới phòng, chống mua bán người 30/7",
    "World Day 30/7": "Ngày Thế giới phòng, chống mua bán người 30/7",
    "National all-people day 30/7": "Ngày toàn dân phòng, chống mua bán người 30/7",
    "STUB:BCD138_CP-2024": "Công văn của Ban Chỉ đạo 138/CP năm 2024 (chưa rõ số)",
    "several peaks in the year": "nhiều đợt cao điểm trong năm",
    "window implied, not repeated": "thời gian theo đợt chung, không nhắc lại",
    "Tiếng loa Biên phòng; Đồng hành cùng phụ nữ biên cương; Nâng bước em đến trường; "
    "Con nuôi đồn Biên phòng; list open": "Tiếng loa Biên phòng; Đồng hành cùng phụ nữ biên cương; "
    "Nâng bước em đến trường; Con nuôi đồn Biên phòng; và các mô hình khác",
    "conference, parade, talk, thematic talk, seminar, training; fit age, sex, place": "hội nghị, "
    "diễu hành, nói chuyện, chuyên đề, tọa đàm, tập huấn; phù hợp lứa tuổi, giới tính, địa bàn",
    "in 2023 district police still existed": "năm 2023 còn công an cấp huyện",
    "light work–high pay; forced online fraud and gambling": "việc nhẹ lương cao; ép lừa đảo, "
    "đánh bạc trên mạng",
    "media, portal, website, panel, poster, leaflet, video clip": "báo đài, cổng thông tin, trang "
    "mạng, pa nô, áp phích, tờ rơi, video clip",
    "placeholder": "văn bản không nêu từng việc",
    "activities held": "hoạt động đã tổ chức",
    "returned victims counted": "số nạn nhân trở về",
    "all communes": "tất cả các xã",
    "all legal texts on trafficking": "mọi văn bản pháp luật về phòng, chống mua bán người",
    "all trafficking information": "mọi tin về mua bán người",
    "communes of the province": "số xã của tỉnh",
    "communes with integrated model": "số xã có mô hình lồng ghép",
    "communes with specialised model": "số xã có mô hình chuyên sâu",
    "disseminated": "số được phổ biến",
    "forwarded to competent body": "số chuyển cơ quan có thẩm quyền",
    "in force": "số đang có hiệu lực",
    "key areas": "địa bàn trọng điểm",
    "key areas covered": "địa bàn trọng điểm có biện pháp",
    "key areas; women and children, ages 14–60": "địa bàn trọng điểm; phụ nữ và trẻ em, 14–60 tuổi",
    "key communes": "xã trọng điểm",
    "police, procuracy, court officers": "cán bộ công an, kiểm sát, tòa án",
    "protected": "số được bảo vệ",
    "received": "số tiếp nhận",
    "received cases": "trường hợp được tiếp nhận",
    "requesting": "số có nhu cầu",
    "residents of key areas": "dân cư địa bàn trọng điểm",
    "residents reached": "số người được tiếp cận",
    "trained": "số được tập huấn",
    "verified, identified, supported": "số được xác minh, xác định, hỗ trợ",
    "victims and relatives who need it": "nạn nhân và người thân có nhu cầu",
    "with model": "số xã có mô hình",
}
REMARK = re.compile(r" \((?:by content|by content, seen elsewhere)\)$")


def in_vietnamese(text: str | None) -> str | None:
    """The Vietnamese of a seed's English phrase; other text as it is."""
    return None if text is None else VIETNAMESE.get(text, text)


def without_remark(text: str) -> str:
    """A resolved reference without the compiler's note on how it was found."""
    return REMARK.sub("", text)
