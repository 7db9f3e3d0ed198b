"""What patients did with their earlier appointments: who stayed away before, stays away more often."""

from features import By, FeatureSet, events

seen = events("appointment_status")
patient = By("user")

patients = FeatureSet(
    "contacts",
    patient(seen)
    .share(status="no_show")
    .named("patient_no_show_share")
    .describe(
        en="share of the patient's past appointments that were missed",
        zh="该患者以往预约的爽约比例",
        phrase_en="missed {value} of the past appointments",
        phrase_zh="以往预约爽约比例 {value}",
    ),
    patient(seen)
    .last("status")
    .named("patient_last_outcome")
    .describe(
        en="outcome of the patient's last appointment",
        zh="该患者上次就诊结果",
        phrase_en="last appointment: {value}",
        phrase_zh="上次就诊结果：{value}",
    ),
)
